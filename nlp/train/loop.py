"""The training loop: two single-thread workers that add up gradients, ended by the clock."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
import torch.distributed as group
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from listening.contract import ConfigurationError
from nlp.tokens import LOWER
from nlp.train.corpus import Reader, Row, deal_batches, deal_shares, read_corpus
from nlp.train.loss import Losses
from nlp.train.network import Network, embed_frozen, load_network, pad
from nlp.train.tasks import CONTROL, TASKS, Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

log = logging.getLogger("nlp.train")

WARM: Final = 0.05
CHECKPOINT: Final = "checkpoint.safetensors"


@dataclass(frozen=True)
class Settings:
    """One training run. The rate falls to zero at `minutes`, or at `steps` where given.

    By the clock a run always ends in time but is not repeatable to the bit; by steps it is.
    `start` is the checkpoint of a finished run whose weights are taken for the first ones.
    """

    data: Path
    base: Path
    out: Path
    minutes: float = 75.0
    steps: int | None = None
    workers: int = 2
    batch: int = 64
    rate: float = 1.1e-4
    head_factor: float = 4.5  # heads start from nothing and learn so much faster
    distill: float = 1.0
    distill_every: int = 3
    max_tokens: int = 96
    seed: int = 20
    save_every_s: float = 240.0
    start: Path | None = None
    tasks: tuple[Task, ...] = field(default=TASKS)

    @property
    def heads(self) -> tuple[Task, ...]:
        """The heads that read a whole text, the one for comparison included."""
        return (*self.tasks, CONTROL)


@dataclass
class State:
    """What a checkpoint continues from: steps done and seconds spent on them."""

    step: int = 0
    spent_s: float = 0.0

    def progress(self, settings: Settings) -> float:
        """Return how much of the budget is used, 0 to 1."""
        if settings.steps is not None:
            return min(1.0, self.step / settings.steps) if settings.steps else 1.0
        return min(1.0, self.spent_s / (settings.minutes * 60.0))


@dataclass(frozen=True)
class Table:
    """Where the workers lay their gradients: shared memory, a row each.

    Through gloo's sockets 16 million numbers a step took as long as the step itself.
    """

    gradients: Tensor  # [workers, trained weights]
    barrier: Any

    def average(self, rank: int, flat: Tensor) -> Tensor:
        """Return the mean of all workers' gradients; all must come."""
        self.gradients[rank].copy_(flat)
        self.barrier.wait()
        mean = self.gradients.mean(0)
        self.barrier.wait()
        return mean


def run_worker(rank: int, settings: Settings, table: Table) -> None:
    """Train as worker `rank` until the budget is used; worker 0 writes the checkpoints."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", force=True)
    torch.set_num_threads(1)
    torch.manual_seed(settings.seed)  # both build the same network …
    group.init_process_group(
        "gloo",
        init_method=f"file://{settings.out.resolve()}/rendezvous",
        rank=rank,
        world_size=settings.workers,
    )
    network = load_network(settings.base, settings.heads)
    reader = Reader(settings.base / "tokenizer.json", settings.max_tokens)
    rows = read_corpus(settings.data, settings.tasks, reader)
    teacher = embed_teacher(network.encoder, rows, settings, rank)
    torch.manual_seed(settings.seed + 1 + rank)  # … and drop different units
    Trainer(network, rows, teacher, settings, rank, table).train()
    group.destroy_process_group()


def embed_teacher(
    encoder: nn.Module, rows: list[Row], settings: Settings, rank: int
) -> NDArray[np.float32]:
    """Return the frozen encoder's embedding of every n-th row (NaN elsewhere), cached on disk."""
    cache = settings.out / "teacher.npy"
    if not cache.is_file():
        began = time.monotonic()
        chosen = np.arange(0, len(rows), settings.distill_every)
        chosen = chosen[np.argsort([len(rows[r].tokens) for r in chosen], kind="stable")]
        mine = chosen[rank :: settings.workers]
        table = torch.zeros(len(rows), encoder.config.hidden_size)
        encoder.eval()
        for part in np.array_split(mine, max(1, len(mine) // 32)):
            ids = [rows[r].tokens.ids for r in part]
            table[part] = embed_frozen(encoder, pad(ids), pad([[1] * len(i) for i in ids]))
        group.all_reduce(table)
        if rank == 0:
            _write_teacher(cache, table.numpy(), chosen)
            log.info("teacher: %d rows in %.0f s", len(chosen), time.monotonic() - began)
    group.barrier()
    known: NDArray[np.float32] = np.load(cache)
    if len(known) != len(rows):
        mend = f"remove {settings.out} and train from the start"
        raise ConfigurationError("the data has changed", where=str(cache), mend=mend)
    return known


def _write_teacher(cache: Path, table: NDArray[np.float32], rows: NDArray[np.int64]) -> None:
    absent = np.ones(len(table), dtype=bool)
    absent[rows] = False
    table[absent] = np.nan
    partial = cache.with_suffix(".tmp.npy")
    np.save(partial, table)
    partial.replace(cache)


class Trainer:
    """Holds network, optimiser and budget of one worker."""

    def __init__(
        self,
        network: Network,
        rows: list[Row],
        teacher: NDArray[np.float32],
        settings: Settings,
        rank: int,
        table: Table,
    ) -> None:
        self.network, self.rows, self.settings, self.rank = network, rows, settings, rank
        self.table = table
        self.teacher = torch.from_numpy(teacher)
        self.state = State()
        self.losses = Losses(rows, settings.heads)
        self.weights = [p for p in network.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": _trainable(network.encoder), "peak": settings.rate},
                {"params": _trainable(network.entity_layers), "peak": settings.rate},
                {"params": _trainable(network.target_layers), "peak": settings.rate},
                {"params": [network.marker, *network.shapes.parameters()], "peak": settings.rate},
                {
                    "params": [
                        *network.topical.parameters(),
                        *network.heads.parameters(),
                        *network.entity_head.parameters(),
                        *network.target_head.parameters(),
                    ],
                    "peak": settings.rate * settings.head_factor,
                },
            ],
            weight_decay=0.01,
            fused=True,
        )
        self.trace: list[tuple[float, float]] = []

    def train(self) -> None:
        """Run to the end of the budget, from the last checkpoint where there is one."""
        self.resume()
        settings = self.settings
        shares = deal_shares(settings.tasks)
        batches = deal_batches(self.rows, shares, settings.batch, settings.seed)
        for _ in range(self.state.step):
            next(batches)
        self.network.train()
        saved = began = time.monotonic()
        while (progress := self.agree_progress()) < 1.0:
            self.take_step(next(batches), progress)
            self.state.step += 1
            clock = time.monotonic()
            self.state.spent_s += clock - began
            began = clock
            if self.rank == 0 and clock - saved > settings.save_every_s:
                self.save()
                saved = clock
        if self.rank == 0:
            self.save()

    def agree_progress(self) -> float:
        """Return worker 0's progress: the workers must end on the same step."""
        progress = torch.tensor([self.state.progress(self.settings)])
        group.broadcast(progress, 0)
        return float(progress)

    def take_step(self, rows: NDArray[np.int64], progress: float) -> None:
        """Do one optimiser step; each worker has every n-th row, so lengths are alike."""
        for setting in self.optimizer.param_groups:
            setting["lr"] = setting["peak"] * min(1.0, progress / WARM + 1e-3) * (1.0 - progress)
        mine = rows[self.rank :: self.settings.workers]
        task_loss, topic_loss = self.measure_loss(mine)
        self.optimizer.zero_grad(set_to_none=False)
        (task_loss + self.settings.distill * topic_loss).backward()
        self.share_gradients()
        nn.utils.clip_grad_norm_(self.weights, 1.0)
        self.optimizer.step()
        self.trace.append((float(task_loss.detach()), float(topic_loss.detach())))
        if self.rank == 0 and len(self.trace) >= 50:  # noqa: PLR2004 - a line a minute
            self.report(progress)

    def measure_loss(self, numbers: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """Return the mean task loss and the mean cosine distance to the teacher."""
        rows = [self.rows[n] for n in numbers]
        ids = pad([row.tokens.ids for row in rows])
        mask = pad([[1] * len(row.tokens) for row in rows])
        shapes = pad(
            [self.choose_shapes(row, number) for row, number in zip(rows, numbers, strict=True)]
        )
        states = self.network.read(ids, shapes, mask)
        embedding, logits = self.network.read_heads(states, mask)
        total = self.losses.of_heads(rows, logits)
        total = total + self.losses.of_targets(rows, states.low, mask, self.network)
        total = total + self.losses.of_entities(rows, states.middle, mask, self.network)
        teacher = self.teacher[numbers]
        known = ~teacher[:, 0].isnan()
        topic = embedding.new_zeros(())
        if known.any():
            topic = 1.0 - (embedding[known] * teacher[known]).sum(1).mean()
        return total / len(rows), topic

    def choose_shapes(self, row: Row, number: int) -> list[int]:
        """Return a row's shapes; of every tenth reading of tagged rows, all in small letters."""
        if row.tags is not None and (self.state.step + number) % 10 == 0:
            return [LOWER if shape else 0 for shape in row.tokens.shapes]
        return row.tokens.shapes

    def share_gradients(self) -> None:
        """Average the gradients of all workers."""
        if self.settings.workers == 1:
            return
        for weight in self.weights:
            if weight.grad is None:  # a task without a row in this batch
                weight.grad = torch.zeros_like(weight)
        flat = torch.cat([_gradient(w).flatten() for w in self.weights])
        flat = self.table.average(self.rank, flat)
        position = 0
        for weight in self.weights:
            _gradient(weight).copy_(flat[position : position + weight.numel()].view_as(weight))
            position += weight.numel()

    def report(self, progress: float) -> None:
        """Log the mean losses since the last line, and the speed."""
        task, topic = np.mean(self.trace, axis=0)
        speed = self.state.step * self.settings.batch / max(self.state.spent_s, 1e-9)
        log.info(
            "%5.1f %% step %d loss %.3f topic %.3f %.1f examples/s",
            100 * progress,
            self.state.step,
            task,
            topic,
            speed,
        )
        self.trace.clear()

    def save(self) -> None:
        """Write the checkpoint whole or not at all."""
        path = self.settings.out / CHECKPOINT
        partial = path.with_suffix(".tmp")
        tensors = {f"network.{name}": t for name, t in self.network.state_dict().items()}
        for number, moments in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{number}.{name}": t for name, t in moments.items()}
        spent = {"step": str(self.state.step), "spent_s": str(self.state.spent_s)}
        save_file({name: t.contiguous() for name, t in tensors.items()}, partial, spent)
        os.replace(partial, path)  # noqa: PTH105 - atomic on purpose
        log.info("saved step %d after %.1f min", self.state.step, self.state.spent_s / 60)

    def resume(self) -> None:
        """Continue from the checkpoint, if any; else take the weights of `start`, if any."""
        path = self.settings.out / CHECKPOINT
        if not path.is_file():
            if self.settings.start:
                self.network.load_state_dict(read_checkpoint(self.settings.start)[0])
            return
        network, moments, self.state = read_checkpoint(path)
        self.network.load_state_dict(network)
        plain = self.optimizer.state_dict()
        self.optimizer.load_state_dict({**plain, "state": moments})


def read_checkpoint(
    path: Path,
) -> tuple[dict[str, Tensor], dict[int, dict[str, Tensor]], State]:
    """Return the weights, the optimiser's moments by parameter, and the budget used."""
    weights: dict[str, Tensor] = {}
    moments: dict[int, dict[str, Tensor]] = {}
    with safe_open(path, "pt") as file:
        said = file.metadata()
        for key in file.keys():  # noqa: SIM118 - no mapping
            kind, _, name = key.partition(".")
            if kind == "network":
                weights[name] = file.get_tensor(key)
            else:
                number, _, moment = name.partition(".")
                moments.setdefault(int(number), {})[moment] = file.get_tensor(key)
    return weights, moments, State(int(said["step"]), float(said["spent_s"]))


def _trainable(module: nn.Module) -> list[nn.Parameter]:
    return [p for p in module.parameters() if p.requires_grad]


def _gradient(weight: Tensor) -> Tensor:
    assert weight.grad is not None  # noqa: S101 - share_gradients filled it
    return weight.grad


def train(settings: Settings) -> Path:
    """Train with all workers and return the checkpoint's path; continues a broken-off run."""
    settings.out.mkdir(parents=True, exist_ok=True)
    (settings.out / "rendezvous").unlink(missing_ok=True)
    torch.multiprocessing.spawn(
        run_worker, args=(settings, lay_table(settings)), nprocs=settings.workers
    )
    return settings.out / CHECKPOINT


def lay_table(settings: Settings) -> Table:
    """Return shared memory for the gradients of all workers."""
    network = load_network(settings.base, settings.heads)
    size = sum(p.numel() for p in _trainable(network))
    gradients = torch.zeros(settings.workers, size).share_memory_()
    barrier = torch.multiprocessing.get_context("spawn").Barrier(settings.workers)
    return Table(gradients, barrier)


def load_trained(settings: Settings) -> Network:
    """Return the network of the checkpoint, ready to predict."""
    network = load_network(settings.base, settings.heads)
    network.load_state_dict(read_checkpoint(settings.out / CHECKPOINT)[0])
    network.eval()
    return network
