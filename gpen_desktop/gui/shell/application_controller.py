"""What concerns the program as a whole: settings, models, and the dialogs about it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QDialog, QWidget

from gpen_desktop.core.engine.compute import ComputeOptions
from gpen_desktop.core.engine.edits import Edits, with_option
from gpen_desktop.core.options import FACE_OPTIONS
from gpen_desktop.core.stages.registry import stage_options, stage_values
from gpen_desktop.core.types import ComposeOptions
from gpen_desktop.gui.adjust.adjust_panel import AdjustPanel
from gpen_desktop.gui.adjust.whole_photo import RESTORER, TO_GET, option_for
from gpen_desktop.gui.common import i18n, theme
from gpen_desktop.gui.common.i18n import catalog_text
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.dialogs import trust
from gpen_desktop.gui.dialogs.about_dialog import AboutDialog
from gpen_desktop.gui.dialogs.downloads import Downloads
from gpen_desktop.gui.dialogs.models_dialog import ModelsDialog
from gpen_desktop.gui.dialogs.settings_dialog import SettingsDialog
from gpen_desktop.gui.dialogs.shortcuts import ShortcutsDialog
from gpen_desktop.gui.dialogs.weights_watch import WeightsWatch
from gpen_desktop.gui.shell.actions import Actions
from gpen_desktop.gui.work.workspace import Workspace
from gpen_desktop.models import store as weights
from gpen_desktop.models.catalog import BUILTIN
from gpen_desktop.models.choice import choice_of


class ApplicationController(QObject):
    """Opens the dialogs, and lets changes of settings and models take hold."""

    def __init__(
        self, workspace: Workspace, panel: AdjustPanel, store: SettingsStore, actions: Actions, window: QWidget
    ) -> None:
        super().__init__(window)
        self._workspace = workspace
        self._panel = panel
        self._store = store
        self._actions = actions
        self._window = window
        self.downloads = Downloads(self)
        self._watch = WeightsWatch(self)
        self._watch.changed.connect(self.list_models)
        self._watch.changed.connect(workspace.jobs.choose_anew)
        store.changed.connect(self._on_setting)
        panel.get_wanted.connect(self.get_model)
        self.list_models()

    @staticmethod
    def defaults_of(store: SettingsStore) -> Edits:
        """What a photo starts with."""
        options = ComposeOptions.of({option.name: store.get(f"restore/{option.name}") for option in FACE_OPTIONS})
        stages = stage_values({option.name: store.get(f"restore/{option.name}") for option in stage_options()})
        return Edits(options, stages, model=str(store.get("restore/model")))

    @staticmethod
    def compute_of(store: SettingsStore) -> ComputeOptions:
        """How to compute."""
        batch = int(store.get("compute/batch_size"))
        device, precision, detector = (
            str(store.get(f"compute/{name}")) for name in ("device", "precision", "detector")
        )
        return ComputeOptions(device, precision, batch or None, detector)

    @Slot()
    def list_models(self) -> None:
        """Fill the panel's lists with what is installed and may be used."""
        usable = [
            model
            for model in weights.installed()
            if trust.may_be_used(model, self._store) and (model.info is None or model.info.usable)
        ]
        titled = [
            (model, (model.name, catalog_text(model.info.title) if model.info else model.name)) for model in usable
        ]
        self._panel.set_models(
            [row for model, row in titled if option_for(model.task) == RESTORER and _is_chosen(model)],
            {
                option: [row for model, row in titled if option_for(model.task) == option and _is_chosen(model)]
                for option in TO_GET
            },
            [model.name for model in usable if weights.inventor_of(model.name)],
        )

    @Slot()
    def settings(self) -> None:
        """Open the settings."""
        self._open(SettingsDialog(self._store, self._window))

    @Slot()
    def models(self) -> None:
        """Open the list of models."""
        self._open_models()

    @Slot(str)
    def get_model(self, name: str) -> None:
        """Open the list of models at one of them."""
        self._open_models().select(name)

    def _open_models(self) -> ModelsDialog:
        dialog = ModelsDialog(self._store, self.downloads, self._watch, self._window)
        dialog.chosen.connect(self.use_model)
        dialog.finished.connect(self._on_models_closed)
        self._open(dialog)
        return dialog

    @Slot()
    def shortcuts(self) -> None:
        """Show what the keys do."""
        self._open(ShortcutsDialog(self._actions.shortcut_groups(), self._window))

    @Slot()
    def about(self) -> None:
        """Show what the program is, and the licences of what it uses."""
        item = self._workspace.current
        self._open(AboutDialog(choice_of(item.edits.model).name if item else BUILTIN, self._window))

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def shut_down(self) -> None:
        """Stop what is being fetched."""
        self.downloads.shut_down()

    @Slot(str)
    def use_restorer(self, name: str) -> None:
        """Restore faces with this model from now on, those of the photo on screen too."""
        self.use_model(RESTORER, name)

    @Slot(str, str)
    def use_model(self, option: str, name: str) -> None:
        """Use a model for what an option of adjust/whole_photo.py says, from now on and on the photo on screen."""
        self._store.set(f"restore/{option}", name)
        item = self._workspace.current
        self.list_models()
        if item is not None:
            is_restorer = option == RESTORER
            edits = replace(item.edits, model=name) if is_restorer else with_option(item.edits, option, name)
            self._workspace.change(edits, lambda: self.tr("Model"))

    @Slot()
    def _on_models_closed(self) -> None:
        self.list_models()

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        app = theme.application()
        if key == "program/language":
            i18n.apply(app, str(self._store.get(key)))
            self.list_models()
        elif key == "program/appearance":
            theme.apply(app, str(self._store.get(key)))
        elif key.startswith("compute/"):
            self._workspace.jobs.set_compute(self.compute_of(self._store))
        elif key.startswith("restore/"):
            self._workspace.defaults = self.defaults_of(self._store)


def _is_chosen(model: weights.InstalledModel) -> bool:
    """Whether it is one of those that the user chooses."""
    return model.info is None or model.info.can_be_chosen_for(frozenset([model.info.task]))
