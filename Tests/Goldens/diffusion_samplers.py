"""PNDM and DPM-Solver++(2M) step by step, from diffusers, on SD 1.5's schedule.

Made with torch 2.13.0, diffusers 0.42.1, numpy 2.4.6, safetensors 0.8.0, Python 3.11.
The noise prediction of each call is drawn. The timesteps are DDIM's for both, as a share of a grid then means the same noise whatever the
sampler; runs over the end of a grid start afresh, as a picture that was noised to their first timestep does. PNDM is given the timesteps one by
one, the second twice; DPM-Solver++ all at once.
"""
import torch
from diffusers import DPMSolverMultistepScheduler, PNDMScheduler

import seeded_weights as seeded

SEED = 15
TRAINING = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", num_train_timesteps=1000, steps_offset=1,
                timestep_spacing="leading")
PNDM = dict(TRAINING, set_alpha_to_one=False, skip_prk_steps=True)
SOLVER = dict(TRAINING, algorithm_type="dpmsolver++", solver_order=2, solver_type="midpoint", final_sigmas_type="sigma_min")
# Steps of the grid, how many of them are run.
RUNS = [(200, 50), (12, 12), (40, 10), (60, 15), (2, 2), (1, 1)]

tensors, timesteps = {}, {}


def run(name, scheduler, steps, calls):
    z, trajectory = seeded.inputs([1, 4, 4, 4], SEED, f"{name} z {steps}"), []
    for i, t in enumerate(calls):
        z = scheduler.step(seeded.inputs(z.shape, SEED, f"{name} noise {steps} {i}"), t, z).prev_sample
        trajectory.append(z)
    tensors[f"{name}_{steps}"] = torch.cat(trajectory)
    timesteps[f"{name}_{steps}"] = [int(t) for t in calls]


for steps, kept in RUNS:
    grid = [t * (1000 // steps) + 1 for t in reversed(range(steps))][-kept:]
    scheduler = PNDMScheduler(**PNDM)
    scheduler.set_timesteps(steps)
    assert sorted({int(t) for t in scheduler.timesteps}, reverse=True)[-kept:] == grid
    run("pndm", scheduler, steps, grid[:2] + grid[1:])
    scheduler = DPMSolverMultistepScheduler(**SOLVER)
    scheduler.set_timesteps(timesteps=grid)
    run("dpmsolver", scheduler, steps, list(scheduler.timesteps))
seeded.write("diffusion_samplers", dict(pndm=PNDM, dpmsolver=SOLVER, seed=SEED, timesteps=timesteps), tensors)
