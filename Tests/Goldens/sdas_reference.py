"""Strength-controlled diffusion on latents, step by step: the golden of `sdas`.

The thin model is cut_reference.py's. Ancestral sampling with inflated noise is written out here and, in every step, compared with diffusers' own
DDIMScheduler at eta = 1, which takes the inflated noise as `variance_noise`. No prompt: the context is the encoded empty text.

Made with torch 2.13.0 (CPU), diffusers 0.42.1, transformers 5.23.0, pillow 13.0.0, numpy 2.4.6, safetensors 0.8.0, Python 3.11.

    OMP_NUM_THREADS=1 venv/bin/python Tests/Goldens/sdas_reference.py
"""
import numpy as np
import torch
from diffusers import DDIMScheduler
from PIL import Image

import cut_reference as cut
import seeded_weights

# the pictures are CUT's; s, the share of a schedule of so many steps
RUNS = {
    "plain": dict(picture="cut_plain.png", seed=7, steps=20, share=8, inflation=0.0),
    "strong": dict(picture="cut_refined.png", seed=11, steps=10, share=10, inflation=0.6),
}


def run(model, picture, seed, steps, share, inflation):
    ratio = cut.SCHEDULER["num_train_timesteps"] // steps
    timesteps = [j * ratio + 1 for j in reversed(range(steps))][steps - share:]
    abar = cut.alphas_cumprod()
    scheduler = DDIMScheduler(**cut.SCHEDULER)
    scheduler.set_timesteps(steps)
    assert scheduler.timesteps[steps - share:].tolist() == timesteps
    empty = model.text(torch.tensor([[cut.START] + [cut.END] * 76])).last_hidden_state

    pixels = cut.prepare_picture(picture, model.size)
    x = torch.from_numpy(pixels.astype(np.float32) / np.float32(127.5) - 1).permute(2, 0, 1)[None]
    z0 = model.vae.encode(x).latent_dist.mean * cut.VAE["scaling_factor"]
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(z0.shape, generator=generator)
    fresh = [torch.randn(z0.shape, generator=generator) for _ in timesteps][::-1]      # the first drawn belongs to the last step
    a = abar[timesteps[0]]
    z = start = a.sqrt() * z0 + (1 - a).sqrt() * noise
    first = None
    for t, n in zip(timesteps, fresh):
        e = model.unet(z, t, encoder_hidden_states=empty).sample
        a, s = abar[t], abar[max(t - ratio, 0)]
        variance = (1 - s) / (1 - a) * (1 - a / s)
        clean = (z - (1 - a).sqrt() * e) / a.sqrt()
        inflated = (1 + inflation) ** 0.5 * n
        after = s.sqrt() * clean + (1 - s - variance).clamp(min=0).sqrt() * e + variance.sqrt() * inflated
        theirs = scheduler.step(e, t, z, eta=1.0, variance_noise=inflated).prev_sample
        assert float((after - theirs).abs().max()) < 1e-5 * float(theirs.abs().max())
        z = after
        first = z if first is None else first
    decoded = model.vae.decode(z / cut.VAE["scaling_factor"]).sample[0]
    return dict(timesteps=timesteps), dict(z0=z0[0], noise=noise[0], z_start=start[0], z_first=first[0], z_final=z[0], image=decoded)


def main():
    torch.set_grad_enabled(False)
    model = cut.Model()
    described, tensors = {}, {}
    for name, asked in RUNS.items():
        picture = Image.open(cut.HERE / asked["picture"])
        facts, kept = run(model, picture, **{k: v for k, v in asked.items() if k != "picture"})
        described[name] = {**asked, **facts}
        tensors |= {f"{name}.{key}": value for key, value in kept.items()}
        print(name, facts["timesteps"], float(kept["z_final"].std()), float(kept["image"].std()))
    seeded_weights.write("sdas_reference", dict(runs=described), tensors)


if __name__ == "__main__":
    main()
