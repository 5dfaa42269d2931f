"""A thin random Stable Diffusion folder written by diffusers itself, and what its networks answer.

    python diffusion_pipeline.py            writes the committed folder and its golden beside this script
    python diffusion_pipeline.py FOLDER     writes a folder at SD 1.5's true size (5 GB in float32, random weights) and FOLDER.safetensors

Made with torch 2.13.0, diffusers 0.42.1, transformers 5.23.0, safetensors 0.8.0, Python 3.11, OMP_NUM_THREADS=1.
The tokenizer of the thin folder knows single bytes and two merges: its job is the folder's layout, not the language.
"""
import json
import pathlib
import shutil
import sys
import tempfile

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

import seeded_weights as seeded

SEED = 14
PROMPT = "a photo of a damaged screw"
STEM = "diffusion_pipeline"

THIN = dict(
    unet=dict(sample_size=16, block_out_channels=(4, 8), layers_per_block=1, attention_head_dim=2, cross_attention_dim=8,
              norm_num_groups=2, down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
              up_block_types=("UpBlock2D", "CrossAttnUpBlock2D")),
    vae=dict(block_out_channels=(4, 8), layers_per_block=1, norm_num_groups=2, latent_channels=4, sample_size=32,
             down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2),
    text=dict(hidden_size=8, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, projection_dim=8))
FULL = dict(
    unet=dict(sample_size=64, cross_attention_dim=768),
    vae=dict(block_out_channels=(128, 256, 512, 512), layers_per_block=2, sample_size=512,
             down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4),
    text=dict(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, projection_dim=768))


def byte_alphabet():
    """CLIP's letter for each byte, in the order of their token numbers."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + i) for i in range(len(others))]


def thin_tokenizer():
    letters = byte_alphabet()
    tokens = letters + [letter + "</w>" for letter in letters] + ["da", "sc", "<|startoftext|>", "<|endoftext|>"]
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens)}))
        pathlib.Path(folder, "merges.txt").write_text("#version: 0.2\nd a\ns c\n")
        return CLIPTokenizer.from_pretrained(folder)


def attention_and_gradient(unet, latents, embeddings):
    """Mean of the cross-attention with 16x16 queries over heads and layers [1, 256, 77], and the gradient with respect to the latents of its product
    with drawn weights: every map takes part in it."""
    maps = []

    class Looking(AttnProcessor):
        def __call__(self, attn, hidden_states, encoder_hidden_states=None, attention_mask=None, **_):
            query, key, value = (attn.head_to_batch_dim(f(x)) for f, x in
                                 ((attn.to_q, hidden_states), (attn.to_k, encoder_hidden_states), (attn.to_v, encoder_hidden_states)))
            probabilities = attn.get_attention_scores(query, key, attention_mask)
            if probabilities.shape[1] == 16 * 16:
                maps.append(probabilities)
            return attn.to_out[1](attn.to_out[0](attn.batch_to_head_dim(torch.bmm(probabilities, value))))

    before = unet.attn_processors
    unet.set_attn_processor({name: Looking() if ".attn2" in name else processor for name, processor in before.items()})
    unet.requires_grad_(False)
    z = latents.clone().requires_grad_(True)
    unet(z, 246, embeddings)
    unet.set_attn_processor(before)
    if not maps:
        return torch.zeros(1, 256, 77), torch.zeros_like(latents)
    attention = torch.cat(maps).mean(0, keepdim=True)
    loss = (attention * seeded.inputs(attention.shape, SEED, "weights")).sum()
    return attention.detach(), torch.autograd.grad(loss, z)[0]


def main(folder, shapes, tokenizer, words):
    torch.manual_seed(SEED)
    end = words - 1
    text = CLIPTextModel(CLIPTextConfig(vocab_size=words, bos_token_id=end - 1, eos_token_id=end, pad_token_id=end, **shapes["text"])).eval()
    unet, vae = UNet2DConditionModel(**shapes["unet"]).eval(), AutoencoderKL(**shapes["vae"]).eval()
    scheduler = DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
                              set_alpha_to_one=False, steps_offset=1)
    StableDiffusionPipeline(vae=vae, text_encoder=text, tokenizer=tokenizer, unet=unet, scheduler=scheduler, safety_checker=None,
                            feature_extractor=None, requires_safety_checker=False).save_pretrained(folder)
    size = unet.config.sample_size * 2 ** (len(vae.config.block_out_channels) - 1)
    with torch.no_grad():
        tokens = tokenizer(PROMPT, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
        embeddings = text(tokens).last_hidden_state
        latents = vae.encode(seeded.inputs([1, 3, size, size], SEED, "picture")).latent_dist.mean * vae.config.scaling_factor
        noise = unet(seeded.inputs(latents.shape, SEED, "latents"), 246, embeddings).sample
        decoded = vae.decode(seeded.inputs(latents.shape, SEED, "latents") / vae.config.scaling_factor).sample
    attention, gradient = attention_and_gradient(unet, seeded.inputs(latents.shape, SEED, "latents"), embeddings)
    return dict(seed=SEED, prompt=PROMPT, tokens=tokens[0].tolist(), timestep=246, image_size=size), dict(
        embeddings=embeddings, latents=latents, noise=noise, decoded=decoded, attention=attention, gradient=gradient)


if len(sys.argv) > 1:
    folder = pathlib.Path(sys.argv[1])
    _, tensors = main(folder, FULL, CLIPTokenizer.from_pretrained(sys.argv[2]) if len(sys.argv) > 2 else thin_tokenizer(), 49408)
    save_file({name: value.contiguous() for name, value in tensors.items()}, folder.with_suffix(".safetensors"))
else:
    folder = seeded.HERE / STEM
    shutil.rmtree(folder, ignore_errors=True)
    seeded.write(STEM, *main(folder, THIN, thin_tokenizer(), 516))
