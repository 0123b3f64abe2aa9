"""The training loop: two single-thread workers that add up gradients, ended by the clock."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
import torch.distributed as group
from torch import Tensor, nn

from nlp.train.data import Corpus, class_weights, deal_batches, read_corpus
from nlp.train.network import Network, embed_frozen, load_network, pad
from nlp.train.tasks import TASKS, Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

log = logging.getLogger("nlp.train")

WARM: Final = 0.05
CHECKPOINT: Final = "checkpoint.pt"


@dataclass(frozen=True)
class Settings:
    """One training run. The rate falls to zero at `minutes`, or at `steps` where given.

    By the clock a run always ends in time but is not repeatable to the bit; by steps it is.
    """

    data: Path
    base: Path
    out: Path
    minutes: float = 75.0
    steps: int | None = None
    workers: int = 2
    batch: int = 32
    rate: float = 8e-5
    head_rate: float = 4e-4
    distill: float = 1.0
    distill_every: int = 3
    max_tokens: int = 96
    seed: int = 20
    save_every_s: float = 240.0
    tasks: tuple[Task, ...] = field(default=TASKS)


@dataclass
class State:
    """What a checkpoint continues from: steps done and seconds spent on them."""

    step: int = 0
    spent_s: float = 0.0

    def progress(self, settings: Settings) -> float:
        """Return how much of the budget is used, 0 to 1."""
        if settings.steps is not None:
            return min(1.0, self.step / settings.steps)
        return min(1.0, self.spent_s / (settings.minutes * 60.0))


def run_worker(rank: int, settings: Settings) -> None:
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
    network = load_network(settings.base, settings.tasks)
    tokenizer = settings.base / "tokenizer.json"
    corpus = read_corpus(settings.data, settings.tasks, "train", tokenizer, settings.max_tokens)
    teacher = embed_teacher(network.encoder, corpus, settings, rank)
    torch.manual_seed(settings.seed + 1 + rank)  # … and drop different units
    Trainer(network, corpus, teacher, settings, rank).train()
    group.destroy_process_group()


def embed_teacher(
    encoder: nn.Module, corpus: Corpus, settings: Settings, rank: int
) -> NDArray[np.float32]:
    """Return the frozen encoder's embedding of every n-th row (NaN elsewhere), cached on disk."""
    cache = settings.out / "teacher.npy"
    if not cache.is_file():
        began = time.monotonic()
        rows = np.arange(0, len(corpus), settings.distill_every)
        rows = rows[np.argsort([len(corpus.ids[r]) for r in rows], kind="stable")]
        mine = rows[rank :: settings.workers]
        table = torch.zeros(len(corpus), encoder.config.hidden_size)
        encoder.eval()
        for part in np.array_split(mine, max(1, len(mine) // 32)):
            table[part] = embed_frozen(encoder, *pad([corpus.ids[r] for r in part]))
        group.all_reduce(table)
        if rank == 0:
            _write_teacher(cache, table.numpy(), rows)
            log.info("teacher: %d rows in %.0f s", len(rows), time.monotonic() - began)
    group.barrier()
    known: NDArray[np.float32] = np.load(cache)
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
        corpus: Corpus,
        teacher: NDArray[np.float32],
        settings: Settings,
        rank: int,
    ) -> None:
        self.network, self.corpus, self.settings, self.rank = network, corpus, settings, rank
        self.teacher = torch.from_numpy(teacher)
        self.state = State()
        tasks = settings.tasks
        self.losses = [
            _make_loss(class_weights(corpus, i, t.classes), t) for i, t in enumerate(tasks)
        ]
        self.weights = [p for p in network.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": _trainable(network.encoder), "peak": settings.rate},
                {
                    "params": [*network.topical.parameters(), *network.heads.parameters()],
                    "peak": settings.head_rate,
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
        batches = deal_batches(
            self.corpus, [t.share for t in settings.tasks], settings.batch, settings.seed
        )
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

    def measure_loss(self, rows: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """Return the mean task loss and the mean cosine distance to the teacher."""
        embedding, logits = self.network(*pad([self.corpus.ids[r] for r in rows]))
        tasks = torch.from_numpy(self.corpus.task[rows])
        labels = torch.from_numpy(self.corpus.label[rows])
        total = embedding.new_zeros(())
        for index, loss in enumerate(self.losses):
            mine = tasks == index
            if mine.any():
                total = total + loss(logits[index][mine], labels[mine]).sum()
        teacher = self.teacher[rows]
        known = ~teacher[:, 0].isnan()
        topic = embedding.new_zeros(())
        if known.any():
            topic = 1.0 - (embedding[known] * teacher[known]).sum(1).mean()
        return total / len(rows), topic

    def share_gradients(self) -> None:
        """Average the gradients of all workers in one message."""
        if self.settings.workers == 1:
            return
        for weight in self.weights:
            if weight.grad is None:  # a task without a row in this batch
                weight.grad = torch.zeros_like(weight)
        flat = torch.cat([_gradient(w).flatten() for w in self.weights])
        group.all_reduce(flat)
        flat /= self.settings.workers
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
        torch.save(
            {
                "network": self.network.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "step": self.state.step,
                "spent_s": self.state.spent_s,
            },
            partial,
        )
        os.replace(partial, path)  # noqa: PTH105 - atomic on purpose
        log.info("saved step %d after %.1f min", self.state.step, self.state.spent_s / 60)

    def resume(self) -> None:
        """Continue from the checkpoint, if any."""
        path = self.settings.out / CHECKPOINT
        if not path.is_file():
            return
        saved = torch.load(path, weights_only=True)
        self.network.load_state_dict(saved["network"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.state = State(saved["step"], saved["spent_s"])


def _trainable(module: nn.Module) -> list[nn.Parameter]:
    return [p for p in module.parameters() if p.requires_grad]


def _gradient(weight: Tensor) -> Tensor:
    assert weight.grad is not None  # noqa: S101 - share_gradients filled it
    return weight.grad


class _Loss(nn.Module):  # type: ignore[misc]  # torch is no dependency
    """Weighted loss per row; the weight is the true class's."""

    def __init__(self, weights: Tensor, kind: str) -> None:
        super().__init__()
        self.weights, self.kind = weights, kind

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        if self.kind == "sigmoid":
            loss = nn.functional.binary_cross_entropy_with_logits(
                logits[:, 0], labels.float(), reduction="none"
            )
        else:
            loss = nn.functional.cross_entropy(logits, labels, reduction="none")
        return loss * self.weights[labels]


def _make_loss(weights: NDArray[np.float32], task: Task) -> _Loss:
    return _Loss(torch.from_numpy(weights), task.kind)


def train(settings: Settings) -> Path:
    """Train with all workers and return the checkpoint's path; continues a broken-off run."""
    settings.out.mkdir(parents=True, exist_ok=True)
    (settings.out / "rendezvous").unlink(missing_ok=True)
    torch.multiprocessing.spawn(run_worker, args=(settings,), nprocs=settings.workers)
    return settings.out / CHECKPOINT


def load_trained(settings: Settings) -> Network:
    """Return the network of the checkpoint, ready to predict."""
    network = load_network(settings.base, settings.tasks)
    saved = torch.load(settings.out / CHECKPOINT, weights_only=True)
    network.load_state_dict(saved["network"])
    network.eval()
    return network
