"""The transformer: causal, the same with and without its cache, and VideoGPT's where it is VideoGPT's."""

import math

import pytest
import torch
import torch.nn.functional as F

from framewright.videomnist.gpt import (
    NO_CLASS,
    AxialEmbedding,
    CausalAttention,
    Gpt,
    GptConfig,
    compute_rotation,
    list_neighbours,
)
from framewright.videomnist.gpt import rotate_pairs as turn_pairs
from framewright.videomnist.sampling import SamplingPlan, choose, compute_probabilities, draw_numbers, sample_codes

torch.set_num_threads(1)  # several waiting for each other on a busy machine take longer than one

SHAPE = (2, 3, 3)
RECIPES = {
    "videogpt": {"positions": "axial"},
    "framewright": {"positions": "rope", "neighbours": True},
    "rope alone": {"positions": "rope"},
    "frames": {"positions": "axial", "cond_frames": 2, "size": 16},
}
EVERY_RECIPE = pytest.mark.parametrize("recipe", RECIPES)


def small(recipe="videogpt", **changes) -> GptConfig:
    usual = {"hidden_dim": 24, "heads": 2, "layers": 2, "dropout": 0.0, "attn_dropout": 0.0, "classes": 10}
    return GptConfig(SHAPE, n_codes=12, code_dim=5, **(usual | RECIPES[recipe] | changes))


class TinyEncoder(torch.nn.Module):
    """Stands for the residual network of 34 layers, which takes seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = torch.nn.Conv3d(3, 240, (1, 4, 4), (1, 4, 4))

    def forward(self, frames):
        return self.conv(frames).flatten(2).mT


def model(config: GptConfig) -> Gpt:
    """One whose every weight counts: the first weights of some are zero."""
    torch.manual_seed(0)
    made = Gpt(config, torch.randn(config.n_codes, config.code_dim))
    if config.cond_frames:
        made.resnet = TinyEncoder()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return made.eval()


def asked(config: GptConfig, count=3):
    torch.manual_seed(1)
    codes = torch.randint(0, config.n_codes, (count, config.length))
    frames = torch.rand(count, 3, config.cond_frames, config.size, config.size) - 0.5 if config.cond_frames else None
    return codes, torch.tensor([1, NO_CLASS, 7])[:count], frames


@EVERY_RECIPE
def test_the_cache_changes_nothing(recipe):
    config = small(recipe)
    gpt, (codes, labels, frames) = model(config), asked(config)
    with torch.no_grad():
        whole = gpt(codes, labels, frames)
        cache, last, steps = gpt.start(len(codes), frames), None, []
        for place in range(config.length):
            steps.append(gpt.step(last, labels, cache))
            last = codes[:, place]
    assert (torch.stack(steps, 1) - whole).abs().max() < 1e-5


@pytest.mark.slow
@EVERY_RECIPE
def test_sampling_with_the_cache_is_sampling_without_it_token_for_token(recipe):
    config = small(recipe)
    gpt, (_, labels, frames) = model(config), asked(config)
    numbers, plan = draw_numbers(0, range(3), config.length), SamplingPlan(temperature=0.9, top_p=0.95)
    codes = torch.zeros(3, config.length, dtype=torch.int64)
    with torch.no_grad():
        for place in range(config.length):
            codes[:, place] = choose(gpt(codes, labels, frames)[:, place], numbers[:, place], plan)
    assert torch.equal(sample_codes(gpt, labels, numbers, plan, frames=frames), codes)


@EVERY_RECIPE
def test_no_place_knows_its_own_code_or_a_later_one(recipe):
    config = small(recipe)
    gpt, (codes, labels, frames) = model(config), asked(config)
    with torch.no_grad():
        before = gpt(codes, labels, frames)
        for place in range(config.length):
            changed = codes.clone()
            changed[:, place] = (changed[:, place] + 1) % config.n_codes
            moved = (gpt(changed, labels, frames) - before).abs().amax(dim=(0, 2)) > 1e-9
            assert not moved[: place + 1].any()
            assert place + 1 == config.length or moved[place + 1]


@EVERY_RECIPE
def test_the_first_loss_is_that_of_knowing_nothing(recipe):
    config = small(recipe)
    codes, labels, frames = asked(config)
    gpt = Gpt(config, torch.randn(config.n_codes, config.code_dim))
    if config.cond_frames:
        gpt.resnet = TinyEncoder()
    loss = F.cross_entropy(gpt(codes, labels, frames).flatten(0, 1), codes.flatten())
    assert loss.item() == pytest.approx(math.log(config.n_codes), abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["videogpt", "framewright"])
def test_one_batch_is_learnt_by_heart(recipe):
    """Two videos of one class differ from their first code on, so that ln 2 nats a video is the least."""
    config = small(recipe, classes=0)
    torch.manual_seed(0)
    gpt = Gpt(config, torch.randn(config.n_codes, config.code_dim))
    codes = torch.randint(0, config.n_codes, (2, config.length))
    codes[:, 0] = torch.tensor([0, 1])
    optimizer = torch.optim.Adam(gpt.parameters(), 5e-3)
    for _ in range(150):
        loss = F.cross_entropy(gpt(codes).flatten(0, 1), codes.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 1.2 * math.log(2) / config.length + 0.02


def test_causal_attention_is_torchs_own():
    config = small(heads=2)
    torch.manual_seed(0)
    mine, theirs = CausalAttention(config), torch.nn.MultiheadAttention(24, 2, batch_first=True)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([mine.w_qs.weight, mine.w_ks.weight, mine.w_vs.weight]))
        theirs.in_proj_bias.zero_()
        theirs.out_proj.weight.copy_(mine.fc.weight)
        theirs.out_proj.bias.copy_(mine.fc.bias)
    h = torch.randn(3, 6, 24)
    mask = torch.triu(torch.ones(6, 6, dtype=torch.bool), 1)
    assert torch.allclose(mine(h), theirs(h, h, h, attn_mask=mask)[0], atol=1e-6)


def test_turned_queries_and_keys_know_their_distance_alone():
    turn = compute_rotation((4, 4, 4), 12)
    torch.manual_seed(0)
    q, k = torch.randn(2, 12)
    scores = turn_pairs(q.expand(64, 12), turn) @ turn_pairs(k.expand(64, 12), turn).T
    places = torch.tensor([(t, y, x) for t in range(4) for y in range(4) for x in range(4)])
    known: dict[tuple, float] = {}
    for one in range(64):
        for other in range(64):
            apart = tuple((places[one] - places[other]).tolist())
            assert scores[one, other].item() == pytest.approx(
                known.setdefault(apart, scores[one, other].item()), abs=1e-4
            )
    assert len({round(score, 4) for score in known.values()}) > 300


def test_neighbours_are_earlier_and_near():
    around = list_neighbours(SHAPE)
    assert around.shape == (18, 22)
    middle = around[1 * 9 + 4].tolist()  # of the second frame
    assert middle[:4] == [9, 10, 11, 12] and middle[4:13] == list(range(9)) and set(middle[13:]) == {-1}
    assert (around[0] == -1).all()
    assert (around < torch.arange(18)[:, None]).all()


def test_axial_embeddings_of_any_width_have_a_part_for_each_axis():
    """VideoGPT's refuses 256, which its guide asks for: 256 is no multiple of 3."""
    embedding = AxialEmbedding((2, 3, 4), 256)
    assert [part.shape for part in embedding.emb.values()] == [(2, 86), (3, 85), (4, 85)]
    assert embedding.flat().shape == (24, 256)


def test_names_and_shapes_are_those_of_the_public_videogpt():
    """Listed from its state dict, without the VQ-VAE inside it and without its causal masks."""
    hidden, kv = 24, 240
    expected = {
        "fc_in.weight": (24, 5),
        "fc_out.weight": (12, 24),
        "attn_stack.right_shift.sos": (24,),
        **{f"attn_stack.pos_embd.emb.d_{axis}": (side, 8) for axis, side in enumerate(SHAPE)},
        **{f"norm.{name}.weight": (24, 10) for name in ("w", "wb")},
        **{f"cond_pos_embd.emb.d_{axis}": (side, 80) for axis, side in enumerate((2, 4, 4))},
    }
    for layer in range(2):
        block = f"attn_stack.attn_nets.{layer}"
        for norm in ("pre_attn_norm", "pre_enc_norm", "pre_fc_norm"):
            expected |= {f"{block}.{norm}.{name}.weight": (24, 10) for name in ("w", "wb")}
        expected |= {f"{block}.attn.{name}.weight": (24, 24) for name in ("w_qs", "w_ks", "w_vs", "fc")}
        expected |= {f"{block}.enc_attn.w_qs.weight": (hidden, hidden), f"{block}.enc_attn.w_ks.weight": (hidden, kv)}
        expected |= {f"{block}.enc_attn.w_vs.weight": (kv, kv), f"{block}.enc_attn.fc.weight": (hidden, kv)}
        expected |= {f"{block}.attn.fc.bias": (24,), f"{block}.enc_attn.fc.bias": (24,)}
        expected |= {f"{block}.fc_block.0.weight": (96, 24), f"{block}.fc_block.0.bias": (96,)}
        expected |= {f"{block}.fc_block.2.weight": (24, 96), f"{block}.fc_block.2.bias": (24,)}
    state = {name: tuple(value.shape) for name, value in Gpt(small("frames"), torch.randn(12, 5)).state_dict().items()}
    resnet = {name: shape for name, shape in state.items() if name.startswith("resnet.")}
    assert {name: shape for name, shape in state.items() if name not in resnet} == expected
    assert resnet["resnet.stem.0.weight"] == (64, 3, 3, 3, 3)
    assert resnet["resnet.group2.start_block.proj_conv.weight"] == (128, 64, 1, 1, 1)
    assert resnet["resnet.group4.blocks.1.conv2.weight"] == (240, 240, 3, 3, 3)
    assert sum(name.endswith("conv2.weight") for name in resnet) == 16
    assert {name.split(".")[-2] for name in resnet if "bnr" in name} == {"norm"}


# ---- choosing -------------------------------------------------------------------------------------------------------


def test_probabilities_after_temperature_top_k_and_top_p():
    logits = torch.tensor([[4.0, 3, 2, 1]]).log().double()  # 0.4 0.3 0.2 0.1
    assert compute_probabilities(logits, SamplingPlan())[0].tolist() == pytest.approx([0.4, 0.3, 0.2, 0.1])
    assert compute_probabilities(logits, SamplingPlan(top_k=2))[0].tolist() == pytest.approx([4 / 7, 3 / 7, 0, 0])
    assert compute_probabilities(logits, SamplingPlan(top_p=0.6))[0].tolist() == pytest.approx([4 / 7, 3 / 7, 0, 0])
    assert compute_probabilities(logits, SamplingPlan(top_p=0.1))[0].tolist() == pytest.approx([1, 0, 0, 0])
    squared = [16 / 30, 9 / 30, 4 / 30, 1 / 30]
    assert compute_probabilities(logits, SamplingPlan(temperature=0.5))[0].tolist() == pytest.approx(squared)


def test_codes_are_chosen_as_often_as_they_are_likely():
    logits = torch.tensor([0.5, 0.3, 0.2]).log().expand(10_000, 3)
    numbers = torch.rand(10_000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    shares = choose(logits, numbers, SamplingPlan()).bincount() / 10_000
    assert shares.tolist() == pytest.approx([0.5, 0.3, 0.2], abs=0.02)
    assert choose(logits[:2], torch.tensor([0.0, 1.0]), SamplingPlan()).tolist() == [0, 2]


def test_a_sample_is_the_same_whatever_is_drawn_beside_it():
    config = small("framewright")
    gpt, plan = model(config), SamplingPlan(guidance=2.0)
    labels = torch.tensor([3, 4, 5, 6])
    together = sample_codes(gpt, labels, draw_numbers(9, range(4), config.length), plan)
    alone = sample_codes(gpt, labels[2:3], draw_numbers(9, range(2, 3), config.length), plan)
    assert torch.equal(together[2:3], alone)
    assert not torch.equal(together, sample_codes(gpt, labels, draw_numbers(8, range(4), config.length), plan))


def test_given_codes_stay_and_guidance_of_one_asks_no_second_time():
    config = small("framewright")
    gpt, (codes, labels, _) = model(config), asked(config)
    numbers = draw_numbers(0, range(3), config.length)
    found = sample_codes(gpt, labels, numbers, SamplingPlan(), prefix=codes[:, :9])
    assert torch.equal(found[:, :9], codes[:, :9])
    nearly = sample_codes(gpt, labels, numbers, SamplingPlan(guidance=1 + 1e-12), prefix=codes[:, :9])
    assert torch.equal(found, nearly)
