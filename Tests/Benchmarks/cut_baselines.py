"""CUT's loop in Python, twice, to set `flawsmith bench` beside: what it is faster than.

    python cut_baselines.py MODEL [--device cpu] [--dtype float32] [--threads 2] [--repeats 3] [--steps 8] [--evaluations 6]

MODEL is a folder in diffusers' layout (random weights will do). Two ways, with the same number of steps and evaluations:

  plain   diffusers' UNet with fused attention everywhere but in the layers whose map is looked at; weights frozen; an evaluation ends with a whole
          forward pass, of which what lies behind the last map takes no part in the gradient
  aae     as Attend-and-Excite's released code: every cross- and self-attention computed explicitly and its map kept, weights not frozen, a whole
          forward pass for every evaluation

Prints seconds of one UNet forward pass, one evaluation and one guided pass (unconditional and conditional, as one batch) for both ways, medians, and
of a run of --steps guided passes and --evaluations evaluations. Needs torch 2.13.0, diffusers 0.42.1 (Python 3.11).
"""
import argparse
import statistics
import time

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor2_0

SIDE, COLUMN, TIMESTEP = 16, 5, 246


class Maps:
    """Cross-attention maps with 16x16 queries of one pass."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.kept = []

    def mean(self):
        return torch.cat([p.reshape(-1, *p.shape[-2:]) for p in self.kept]).mean(0)


class Explicit:
    """Attention with its probabilities laid out, and kept where they are asked for."""

    def __init__(self, maps, everything):
        self.maps, self.everything = maps, everything

    def __call__(self, attn, hidden_states, encoder_hidden_states=None, attention_mask=None, **_):
        context = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        query, key, value = (attn.head_to_batch_dim(f(x)) for f, x in
                             ((attn.to_q, hidden_states), (attn.to_k, context), (attn.to_v, context)))
        probabilities = attn.get_attention_scores(query, key, attention_mask)
        cells = probabilities.shape[1]
        if encoder_hidden_states is not None and cells == SIDE * SIDE or self.everything and cells <= 32 * 32:
            # Attend-and-Excite keeps every map up to 32x32; those of the conditional half count.
            (self.maps.kept if encoder_hidden_states is not None and cells == SIDE * SIDE else self.maps.__dict__.setdefault("rest", [])).append(
                probabilities)
        return attn.to_out[1](attn.to_out[0](attn.batch_to_head_dim(torch.bmm(probabilities, value))))


def prepare(unet, maps, way):
    """Gives every attention its processor."""
    processors = {}
    for name in unet.attn_processors:
        looked_at = name.split(".attn2")[0] != name
        explicit = way == "aae" or looked_at and at_side(unet, name)
        processors[name] = Explicit(maps, way == "aae") if explicit else AttnProcessor2_0()
    unet.set_attn_processor(processors)
    unet.requires_grad_(way == "aae")


def at_side(unet, name):
    """Whether this attention's queries are 16x16."""
    levels = len(unet.config.block_out_channels)
    if name.startswith("mid_block"):
        level = levels - 1
    else:
        level = int(name.split(".")[1])
        level = levels - 1 - level if name.startswith("up_blocks") else level
    return unet.config.sample_size >> level == SIDE


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--evaluations", type=int, default=6)
    parser.add_argument("--way", choices=["plain", "aae"], action="append")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(1)
    unet = UNet2DConditionModel.from_pretrained(asked.model, subfolder="unet", torch_dtype=getattr(torch, asked.dtype)).to(asked.device).eval()
    side = unet.config.sample_size
    latent = torch.randn(1, unet.config.in_channels, side, side).to(asked.device)
    text = torch.randn(2, 77, unet.config.cross_attention_dim).to(asked.device, unet.dtype)

    def now():
        if asked.device != "cpu":
            torch.cuda.synchronize(asked.device)
        return time.perf_counter()

    def forward(z, context):
        return unet(z.to(unet.dtype), TIMESTEP, context).sample

    def medians(body):
        seconds = []
        for _ in range(asked.repeats + 1):
            begun = now()
            body()
            seconds.append(now() - begun)
        return statistics.median(seconds[1:])

    for way in asked.way or ["plain", "aae"]:
        maps = Maps()
        prepare(unet, maps, way)

        def evaluate():
            maps.clear()
            z = latent.clone().requires_grad_(True)
            forward(z, text[1:])
            loss = 1 - maps.mean()[:, COLUMN].float().max()
            return torch.autograd.grad(loss, z)[0]

        def guided():
            maps.clear()
            with torch.no_grad():
                empty, conditional = forward(torch.cat([latent, latent]), text).chunk(2)
                return empty + 7.5 * (conditional - empty)

        def single():
            maps.clear()
            with torch.no_grad():
                return forward(latent, text[1:])

        one, evaluation, both = medians(single), medians(evaluate), medians(guided)
        begun = now()
        for _ in range(asked.evaluations):
            evaluate()
        for _ in range(asked.steps):
            guided()
        run = now() - begun
        print(f"{way}: forward {one:.3f} s, evaluation {evaluation:.3f} s ({evaluation / one:.2f} FE), guided {both:.3f} s "
              f"({both / one:.2f} FE); {asked.steps} steps and {asked.evaluations} evaluations {run:.1f} s", flush=True)


main()
