"""Published models in other layouts than GPEN's, built by spandrel's classes."""
