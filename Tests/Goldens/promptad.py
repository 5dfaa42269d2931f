"""PromptAD on a thin random CLIP, written out step by step: the reference of AnomalyDetection's PromptAD.

Made with open_clip_torch 3.3.0 (its tokenizer and the names of its parameters), torch 2.13.0 (CPU, one thread), pillow 13.0.0, numpy 2.4.6, Python 3.11.
Writes promptad.json and promptad.safetensors; its pictures are those that vlad.py made (vlad_*.png).

The towers are written out here from the state dictionary: attention of values to themselves, and states between attention and perceptron, are no part of open_clip.
"""
import math

import open_clip_stub  # noqa: F401
import numpy as np
import torch
import torch.nn.functional as F
from open_clip.model import CLIP
from open_clip.tokenizer import SimpleTokenizer
from PIL import Image

import seeded_weights

SEED, SIZE, NAME, TRAINING_SEED = 95, 35, "metal nut", 3
CONFIG = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": SIZE, "layers": 3, "width": 32, "head_width": 16, "patch_size": 7},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 48, "heads": 3, "layers": 2},
}
BLOCKS, CONTEXT, CONTEXTS, WORDS, SCALE, STEPS, RATE, MATCHING = [1, 3], 4, 3, 2, 7.0, 4, 0.05, 0.3
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
NORMALS, TESTS = ["vlad_picture0.png", "vlad_picture3.png"], ["vlad_picture1.png", "vlad_picture4.png", "vlad_picture5.png"]
STATES = ["damaged {}", "flawed {}", "abnormal {}", "imperfect {}", "blemished {}", "{} with flaw", "{} with defect", "{} with damage"]

torch.set_num_threads(1)
model = CLIP(**CONFIG).eval()
shapes = seeded_weights.fill(model, SEED)
W = {name: value.detach() for name, value in model.named_parameters()}


def load(name):
    """Both sides to SIZE, rows before columns."""
    image = Image.open(seeded_weights.HERE / name).convert("RGB")
    image = image.resize((SIZE, image.height), Image.BICUBIC).resize((SIZE, SIZE), Image.BICUBIC)
    values = torch.from_numpy(np.array(image)).permute(2, 0, 1).float() / 255
    return (values - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]


def norm(x, place):
    return F.layer_norm(x, x.shape[-1:], W[place + ".weight"], W[place + ".bias"], 1e-5)


def unit(x):
    return x / x.norm(dim=-1, keepdim=True)


def heads(x, place, count):
    """Queries, keys and values, [B, heads, T, d] each."""
    parts = F.linear(x, W[place + ".attn.in_proj_weight"], W[place + ".attn.in_proj_bias"]).chunk(3, -1)
    return [p.reshape(*p.shape[:2], count, -1).transpose(1, 2) for p in parts]


def attention(q, k, v, place, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores + mask
    mixed = (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)
    return F.linear(mixed, W[place + ".attn.out_proj.weight"], W[place + ".attn.out_proj.bias"])


def perceptron(x, place):
    inner = F.gelu(F.linear(norm(x, place + ".ln_2"), W[place + ".mlp.c_fc.weight"], W[place + ".mlp.c_fc.bias"]))
    return F.linear(inner, W[place + ".mlp.c_proj.weight"], W[place + ".mlp.c_proj.bias"])


def see(pictures):
    patches = F.conv2d(pictures, W["visual.conv1.weight"], stride=7).flatten(2).transpose(1, 2)
    x = torch.cat([W["visual.class_embedding"].expand(len(pictures), 1, -1), patches], 1) + W["visual.positional_embedding"]
    x = side = norm(x, "visual.ln_pre")
    states = []
    for index in range(CONFIG["vision_cfg"]["layers"]):
        place = f"visual.transformer.resblocks.{index}"
        q, k, v = heads(norm(x, place + ".ln_1"), place, 2)
        side = side + attention(v, v, v, place)
        x = x + attention(q, k, v, place)
        if index + 1 in BLOCKS:
            states.append(x[:, 1:])
        x = x + perceptron(x, place)
    image = norm(x[:, 0], "visual.ln_post") @ W["visual.proj"]
    return unit(image), unit(norm(side[:, 1:], "visual.ln_post") @ W["visual.proj"]), states


def read(vectors, ends):
    x = vectors + W["positional_embedding"][:vectors.shape[1]]
    mask = torch.full((x.shape[1], x.shape[1]), -math.inf).triu(1)
    for index in range(CONFIG["text_cfg"]["layers"]):
        place = f"transformer.resblocks.{index}"
        x = x + attention(*heads(norm(x, place + ".ln_1"), place, 3), place, mask)
        x = x + perceptron(x, place)
    return norm(x, "ln_final")[torch.arange(len(ends)), ends] @ W["text_projection"]


def prompts(texts, learned):
    """Texts with learned vectors [n, m, width] behind their start token."""
    tokens = SimpleTokenizer()([" ".join(["N"] * learned.shape[1]) + " " + text + "." for text in texts])
    own = W["token_embedding.weight"][tokens]
    return read(torch.cat([own[:, :1], learned, own[:, 1 + learned.shape[1]:]], 1), tokens.argmax(1))


def encode(contexts, words):
    count = len(contexts)
    good = prompts([NAME] * count, contexts)
    hand = prompts([s.format(NAME) for s in STATES for _ in range(count)], contexts.repeat(len(STATES), 1, 1))
    pairs = torch.stack([torch.cat([c, w]) for w in words for c in contexts])
    own = prompts([NAME] * len(pairs), pairs)
    return good, hand, own


def anchors(good, hand, own):
    return unit(torch.stack([good.mean(0), torch.cat([hand, own]).mean(0)]))


def loss(features, contexts, words):
    good, hand, own = encode(contexts, words)
    n, a = anchors(good, hand, own)
    logits = SCALE * features @ torch.cat([n[None], unit(hand), unit(own)]).T
    entropy = F.cross_entropy(logits, torch.zeros(len(features), dtype=torch.long))
    triplet = torch.relu(((features - n) ** 2).sum(1) - ((features - a) ** 2).sum(1)).mean()
    return entropy + triplet + MATCHING * (unit(hand).mean(0) - unit(own).mean(0)).norm() ** 2


generator, outputs, texts = torch.Generator().manual_seed(TRAINING_SEED), {}, {}
image, patches, states = see(torch.stack([load(name) for name in NORMALS]))
tasks = [("pictures", CONTEXTS, image), ("pixels", 1, patches.flatten(0, 1))]
# Both tasks' vectors are drawn before either is trained.
drawn = [[(0.02 * torch.randn(*shape, generator=generator)).requires_grad_() for shape in ([count, CONTEXT, 48], [WORDS, 1, 48])] for _, count, _ in tasks]
for (task, _, features), (contexts, words) in zip(tasks, drawn):
    optimiser = torch.optim.SGD([contexts, words], lr=RATE, momentum=0.9, weight_decay=5e-4, foreach=False)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=STEPS, eta_min=1e-5)
    losses = []
    for _ in range(STEPS):
        optimiser.zero_grad()
        value = loss(features, contexts, words)
        value.backward()
        optimiser.step()
        schedule.step()
        losses.append(value.detach())
    outputs[f"{task}.losses"] = torch.stack(losses)
    with torch.no_grad():
        texts[task] = outputs[f"{task}.anchors"] = anchors(*encode(contexts, words))

with torch.no_grad():
    banks = [unit(s.flatten(0, 1)) for s in states]
    image, patches, states = see(torch.stack([load(name) for name in TESTS]))
    outputs |= {"image": image, "patches": patches, **{f"block{b}": s for b, s in zip(BLOCKS, states)}}
    association = sum((1 - unit(s) @ bank.T).amin(-1) / 2 for s, bank in zip(states, banks)) / len(BLOCKS)
    language = torch.softmax(SCALE * image @ texts["pictures"].T, -1)[:, 1]
    damaged = torch.softmax(SCALE * patches @ texts["pixels"].T, -1)[..., 1]
    outputs |= {"association": association, "language": language, "maps": 1 / (1 / damaged + 1 / association.clamp(min=1e-12)),
                "scores": 1 / (1 / language + 1 / association.amax(1).clamp(min=1e-12))}
seeded_weights.write(
    "promptad",
    {"seed": SEED, "parameters": shapes, "config": {"model_cfg": CONFIG}, "imageSize": SIZE, "className": NAME, "normals": NORMALS,
     "tests": TESTS, "blocks": BLOCKS, "context": CONTEXT, "contexts": CONTEXTS, "words": WORDS, "scale": SCALE, "steps": STEPS,
     "learningRate": RATE, "matching": MATCHING, "trainingSeed": TRAINING_SEED},
    outputs)
print({k: v.tolist() for k, v in outputs.items() if "losses" in k or k in ("scores", "language")})
