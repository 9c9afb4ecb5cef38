"""A model as it is asked for: its name or file, and behind a colon the options that are its own, as in
'codeformer:fidelity=0.7'.

So whatever carries a model's name carries them too: settings, history, journal, report, cache.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from gpen_desktop.errors import OptionError
from gpen_desktop.messages import Filling, listed, say
from gpen_desktop.models import catalog
from gpen_desktop.models.spec import ModelOption
from gpen_desktop.models.store import ENDINGS

_WITH_OPTIONS: Final = re.compile(r"(?P<name>.+?):(?P<options>[a-z]+=[0-9.]+(,[a-z]+=[0-9.]+)*)", re.DOTALL)


@dataclass(frozen=True)
class ModelChoice:
    """name: of the model, or of its file. options: those of its own that are not as usual."""

    name: str
    options: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        if not self.options:
            return self.name
        return f"{self.name}:" + ",".join(f"{name}={value:g}" for name, value in sorted(self.options.items()))

    @property
    def short(self) -> str:
        """The name without folder, ending and options: for the names of results."""
        name = Path(self.name).name
        return next((name[: -len(ending)] for ending in ENDINGS if name.lower().endswith(ending)), name)

    @property
    def titled(self) -> Filling:
        """Its title, to name it in a message; the name of one that is not in the catalogue."""
        return catalog.titled(self.name)

    def with_option(self, option: ModelOption, value: float) -> ModelChoice:
        """Another value of one option; its default is left out."""
        others = {name: other for name, other in self.options.items() if name != option.name}
        kept = others if value == option.default else {**others, option.name: value}
        return ModelChoice(self.name, MappingProxyType(kept))

    def value(self, option: ModelOption) -> float:
        """The value of one option."""
        return self.options.get(option.name, option.default)

    def values(self, offered: tuple[ModelOption, ...]) -> dict[str, float]:
        """The value of every option that a model offers. Raises OptionError for one that it does not have, or that is
        out of its range."""
        known = {option.name: option for option in offered}
        for name, value in self.options.items():
            if name not in known:
                raise OptionError(
                    say("no-such-model-option", "'{model}' has no option '{option}'.", model=self.name, option=name),
                    todo=say("model-options", "It has: {names}.", names=listed(known))
                    if known
                    else say("model-without-options", "It has none."),
                )
            option = known[name]
            if not option.lowest <= value <= option.highest:
                raise OptionError(
                    say("option-range", "{option} is {value}.", option=name, value=f"{value:g}"),
                    todo=say(
                        "between",
                        "It must be between {lowest} and {highest}.",
                        lowest=option.lowest,
                        highest=option.highest,
                    ),
                )
        return {name: self.options.get(name, option.default) for name, option in known.items()}


def choice_of(text: str) -> ModelChoice:
    """What a text asks for. Raises OptionError for an option's value that is no number."""
    found = _WITH_OPTIONS.fullmatch(text)
    if found is None:
        return ModelChoice(text)
    options = {}
    for part in found["options"].split(","):
        name, value = part.split("=")
        try:
            options[name] = float(value)
        except ValueError:
            raise OptionError(
                say("option-range", "{option} is {value}.", option=name, value=value),
                todo=say("must-be-number", "It must be a number."),
            ) from None
    return ModelChoice(found["name"], MappingProxyType(options))
