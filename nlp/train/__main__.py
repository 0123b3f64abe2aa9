"""`python -m nlp.train`: train, then export what ships into `nlp/model/`."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from listening.contract import ListeningError
from nlp.train.base import find_base


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status (0 done, 1 failed, 2 wrongly set up)."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        _run(options)
    except ListeningError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's message
        return error.exit_code
    return 0


def _run(options: argparse.Namespace) -> None:
    from nlp.train.loop import Settings, train

    settings = Settings(
        data=options.data,
        base=find_base(options.base),
        out=options.out,
        minutes=options.minutes,
        steps=options.steps,
        workers=options.workers,
        rate=options.rate,
        start=options.start,
        seed=options.seed,
    )
    if options.step in {"all", "train"}:
        train(settings)
    if options.step in {"all", "export"}:
        from nlp.train.export import export

        export(settings, options.model, options.version)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nlp.train", description=__doc__)
    add = parser.add_argument
    add("step", nargs="?", choices=("all", "train", "export"), default="all")
    add("--data", type=Path, required=True, help="folder with the labelled sets")
    add("--out", type=Path, default=Path("build/train"), help="checkpoints; continued if there")
    add("--model", type=Path, default=Path("nlp/model"), help="where the exported files go")
    add("--base", type=Path, help="folder of the pretrained weights (default: the package)")
    add("--minutes", type=float, default=75.0, help="wall time; the rate falls to zero at it")
    add("--steps", type=int, help="steps instead of minutes: repeatable to the bit")
    add("--workers", type=int, default=2, help="single-thread processes")
    add("--rate", type=float, default=1.1e-4, help="the encoder's highest learning rate")
    add("--start", type=Path, help="checkpoint of a finished run: another round from its weights")
    add("--seed", type=int, default=20)
    add("--version", default="1", help="goes into the manifest")
    return parser


if __name__ == "__main__":
    sys.exit(main())
