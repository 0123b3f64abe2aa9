"""Writes the rules of docs/alerts.md from the model: `python -m tests.desk.alert.reference`."""

from pathlib import Path

from listening.brand.alerts import LIMITS

PAGE = Path(__file__).parents[3] / "docs" / "alerts.md"
BEGIN = "<!-- rules: written by `python -m tests.desk.alert.reference` -->\n"
END = "<!-- end of rules -->"


def reference() -> str:
    """Return the tables of every kind and its limits."""
    parts = []
    for kind, model in LIMITS.items():
        rows = [
            f"| `{name}` | {_default(field)} | {field.description} |"
            for name, field in model.model_fields.items()
        ]
        head = f"**`{kind}`**: {(model.__doc__ or '').strip()}\n"
        parts.append(
            "\n".join([head, "| limit | default | what it says |", "|---|---|---|", *rows])
        )
    return "\n" + "\n\n".join(parts) + "\n\n"


def _default(field) -> str:
    if field.is_required():
        return "must be written"
    if field.default is None:
        return "as described"
    if isinstance(field.default, list):
        return f"`[{', '.join(field.default)}]`"
    return f"`{field.default}`"


def page() -> str:
    """Return the page with the reference as the model has it."""
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + reference() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
