"""A small random Stable Diffusion 1.x checkpoint in one file with the original names, and what diffusers' own single-file loader makes of it.

    python diffusion_single_file.py

Made with torch 2.13.0, diffusers 0.42.1, transformers 5.23.0, safetensors 0.8.0, Python 3.11, OMP_NUM_THREADS=1. The golden holds the shapes of the
file's tensors and outputs of the three networks.
"""
import json
import pathlib
import tempfile

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

import seeded_weights as seeded

SEED = 23
STEM = "diffusion_single_file"
LEVELS, LAYERS, CONTEXT, VOCABULARY = (32, 64, 64), 1, 64, 49408
shapes = {}


def layer(name, *shape):
    shapes[name + ".weight"], shapes[name + ".bias"] = list(shape), [shape[0]]


def norm(name, channels):
    layer(name, channels)


# --- CompVis' names: ldm/modules/diffusionmodules/openaimodel.py
unet = "model.diffusion_model."


def residual(name, inside, outside):
    norm(name + ".in_layers.0", inside)
    layer(name + ".in_layers.2", outside, inside, 3, 3)
    layer(name + ".emb_layers.1", outside, 4 * LEVELS[0])
    norm(name + ".out_layers.0", outside)
    layer(name + ".out_layers.3", outside, outside, 3, 3)
    if inside != outside:
        layer(name + ".skip_connection", outside, inside, 1, 1)


def transformer(name, channels):
    norm(name + ".norm", channels)
    layer(name + ".proj_in", channels, channels, 1, 1)
    block = name + ".transformer_blocks.0"
    for attention, width in (("attn1", channels), ("attn2", CONTEXT)):
        for part, size in (("to_q", channels), ("to_k", width), ("to_v", width)):
            shapes[f"{block}.{attention}.{part}.weight"] = [channels, size]
        layer(f"{block}.{attention}.to_out.0", channels, channels)
    for index in (1, 2, 3):
        norm(f"{block}.norm{index}", channels)
    layer(block + ".ff.net.0.proj", 8 * channels, channels)
    layer(block + ".ff.net.2", channels, 4 * channels)
    layer(name + ".proj_out", channels, channels, 1, 1)


ATTENTION = (True, True, False)
layer(unet + "time_embed.0", 4 * LEVELS[0], LEVELS[0])
layer(unet + "time_embed.2", 4 * LEVELS[0], 4 * LEVELS[0])
layer(unet + "input_blocks.0.0", LEVELS[0], 4, 3, 3)
index, before, skips = 1, LEVELS[0], [LEVELS[0]]
for level, channels in enumerate(LEVELS):
    for _ in range(LAYERS):
        residual(f"{unet}input_blocks.{index}.0", before, channels)
        if ATTENTION[level]:
            transformer(f"{unet}input_blocks.{index}.1", channels)
        before, index = channels, index + 1
        skips.append(channels)
    if level < len(LEVELS) - 1:
        layer(f"{unet}input_blocks.{index}.0.op", channels, channels, 3, 3)
        skips.append(channels)
        index += 1
residual(unet + "middle_block.0", before, before)
transformer(unet + "middle_block.1", before)
residual(unet + "middle_block.2", before, before)
index = 0
for level in reversed(range(len(LEVELS))):
    for number in range(LAYERS + 1):
        residual(f"{unet}output_blocks.{index}.0", before + skips.pop(), LEVELS[level])
        before, place = LEVELS[level], 1
        if ATTENTION[level]:
            transformer(f"{unet}output_blocks.{index}.1", before)
            place = 2
        if level > 0 and number == LAYERS:
            layer(f"{unet}output_blocks.{index}.{place}.conv", before, before, 3, 3)
        index += 1
norm(unet + "out.0", LEVELS[0])
layer(unet + "out.2", 4, LEVELS[0], 3, 3)

# --- ldm/modules/diffusionmodules/model.py
vae = "first_stage_model."
VAE = (32, 64)


def block(name, inside, outside):
    norm(name + ".norm1", inside)
    layer(name + ".conv1", outside, inside, 3, 3)
    norm(name + ".norm2", outside)
    layer(name + ".conv2", outside, outside, 3, 3)
    if inside != outside:
        layer(name + ".nin_shortcut", outside, inside, 1, 1)


def middle(name, channels):
    block(name + ".mid.block_1", channels, channels)
    norm(name + ".mid.attn_1.norm", channels)
    for part in ("q", "k", "v", "proj_out"):
        layer(f"{name}.mid.attn_1.{part}", channels, channels, 1, 1)
    block(name + ".mid.block_2", channels, channels)


layer(vae + "encoder.conv_in", VAE[0], 3, 3, 3)
before = VAE[0]
for level, channels in enumerate(VAE):
    for number in range(LAYERS):
        block(f"{vae}encoder.down.{level}.block.{number}", before, channels)
        before = channels
    if level < len(VAE) - 1:
        layer(f"{vae}encoder.down.{level}.downsample.conv", channels, channels, 3, 3)
middle(vae + "encoder", before)
norm(vae + "encoder.norm_out", before)
layer(vae + "encoder.conv_out", 8, before, 3, 3)
layer(vae + "quant_conv", 8, 8, 1, 1)
layer(vae + "post_quant_conv", 4, 4, 1, 1)
layer(vae + "decoder.conv_in", before, 4, 3, 3)
middle(vae + "decoder", before)
for level in reversed(range(len(VAE))):
    for number in range(LAYERS + 1):
        block(f"{vae}decoder.up.{level}.block.{number}", before, VAE[level])
        before = VAE[level]
    if level > 0:
        layer(f"{vae}decoder.up.{level}.upsample.conv", before, before, 3, 3)
norm(vae + "decoder.norm_out", before)
layer(vae + "decoder.conv_out", 3, before, 3, 3)

# --- transformers' names under cond_stage_model.transformer
text = "cond_stage_model.transformer.text_model."
shapes[text + "embeddings.token_embedding.weight"] = [VOCABULARY, CONTEXT]
shapes[text + "embeddings.position_embedding.weight"] = [77, CONTEXT]
for number in range(2):
    place = f"{text}encoder.layers.{number}"
    for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
        layer(f"{place}.self_attn.{part}", CONTEXT, CONTEXT)
    norm(place + ".layer_norm1", CONTEXT)
    norm(place + ".layer_norm2", CONTEXT)
    layer(place + ".mlp.fc1", 4 * CONTEXT, CONTEXT)
    layer(place + ".mlp.fc2", CONTEXT, 4 * CONTEXT)
norm(text + "final_layer_norm", CONTEXT)

weights = seeded.state_dict(shapes, SEED)
here = pathlib.Path(__file__).parent
with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    save_file(weights, folder / "model.safetensors")
    # diffusers takes the parts' shapes from a folder's configurations; the weights come from the file alone.
    types = ["CrossAttnDownBlock2D" if wanted else "DownBlock2D" for wanted in ATTENTION]
    ups = ["CrossAttnUpBlock2D" if wanted else "UpBlock2D" for wanted in reversed(ATTENTION)]
    UNet2DConditionModel(sample_size=64, block_out_channels=LEVELS, layers_per_block=LAYERS, attention_head_dim=8, cross_attention_dim=CONTEXT,
                         down_block_types=types, up_block_types=ups).save_pretrained(folder / "config" / "unet")
    AutoencoderKL(block_out_channels=VAE, layers_per_block=LAYERS, sample_size=128, down_block_types=("DownEncoderBlock2D",) * 2,
                  up_block_types=("UpDecoderBlock2D",) * 2).save_pretrained(folder / "config" / "vae")
    network = UNet2DConditionModel.from_single_file(folder / "model.safetensors", config=str(folder / "config"), subfolder="unet").eval()
    autoencoder = AutoencoderKL.from_single_file(folder / "model.safetensors", config=str(folder / "config"), subfolder="vae").eval()
    encoder = CLIPTextModel(CLIPTextConfig(vocab_size=VOCABULARY, hidden_size=CONTEXT, intermediate_size=4 * CONTEXT, num_hidden_layers=2,
                                           num_attention_heads=1, hidden_act="quick_gelu")).eval()
    prefix = "cond_stage_model.transformer."
    names = {name[len(prefix):]: value for name, value in weights.items() if name.startswith(prefix)}
    known = encoder.state_dict().keys()
    encoder.load_state_dict({n if n in known else n.removeprefix("text_model."): v for n, v in names.items()}, strict=True)

tokens = [49406, 320, 1125, 539, 320, 49407] + [49407] * 71
latents, picture = seeded.inputs([1, 4, 16, 16], SEED, "latents"), seeded.inputs([1, 3, 32, 32], SEED, "picture")
with torch.no_grad():
    hidden = encoder(torch.tensor([tokens])).last_hidden_state
    noise = network(latents, 321, encoder_hidden_states=hidden).sample
    mean = autoencoder.encode(picture).latent_dist.mean
    decoded = autoencoder.decode(latents).sample
save_file({"hidden": hidden, "noise": noise, "mean": mean, "decoded": decoded}, here / f"{STEM}.safetensors")
json.dump({"seed": SEED, "parameters": shapes, "tokens": tokens, "timestep": 321},
          open(here / f"{STEM}.json", "w"), indent=0, sort_keys=True)
print(len(shapes), hidden.abs().max(), noise.abs().max(), decoded.abs().max())
