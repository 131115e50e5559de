"""The VQ-VAE and its quantizers: VideoGPT's where they are VideoGPT's, and laws that hold for all."""

import math

import pytest
import torch
from vector_quantize_pytorch import FSQ

from framewright.videomnist.quantizer import LEVELS, FiniteScalarQuantizer, VectorQuantizer
from framewright.videomnist.vqvae import (
    AxialAttention,
    LineAttention,
    PatchDecoder,
    Vqvae,
    VqvaeConfig,
    plan_strides,
)

torch.set_num_threads(1)  # several waiting for each other on a busy machine take longer than one


def small(**changes) -> VqvaeConfig:
    usual = {"frames": 4, "size": 16, "embedding_dim": 6, "n_codes": 16, "n_hiddens": 8, "n_res_layers": 1}
    return VqvaeConfig(**(usual | {"downsample": (2, 4, 4)} | changes))


def clips(count=4, frames=4, size=16, channels=1):
    """Squares that move, from -0.5 to 0.5."""
    video = torch.full((count, channels, frames, size, size), -0.5)
    for number in range(count):
        for time in range(frames):
            top = (3 * number + time) % (size - 5)
            video[number, :, time, top : top + 5, (2 * number) % (size - 5) :][..., :5] = 0.5
    return video


# ---- finite scalar quantization -------------------------------------------------------------------------------------


@pytest.mark.parametrize("levels", LEVELS.values())
def test_fsq_gives_what_its_reference_implementation_gives(levels):
    """Vectors, codes, and gradients of latents from flat to saturated."""
    theirs, ours = FSQ(list(levels)), FiniteScalarQuantizer(levels)
    torch.manual_seed(0)
    z = 3 * torch.randn(2, len(levels), 3, 4, 5)
    one, other = z.clone().requires_grad_(), z.clone().requires_grad_()
    found, (vectors, codes) = ours(one), theirs(other)
    assert (found.vectors - vectors).abs().max() < 1e-6
    assert torch.equal(found.codes, codes.long())
    assert found.loss == 0
    weights = torch.randn_like(z)
    (found.vectors * weights).sum().backward()
    (vectors * weights).sum().backward()
    assert (one.grad - other.grad).abs().max() < 1e-6
    every = torch.arange(ours.n_codes)
    looked_up = ours.vectors(every.view(1, -1, 1, 1))[0, :, :, 0, 0].T
    assert (looked_up - theirs.indices_to_codes(every)).abs().max() < 1e-6


@pytest.mark.parametrize(("n_codes", "levels"), LEVELS.items())
def test_every_fsq_code_stands_for_one_vector_and_comes_back(n_codes, levels):
    quantizer = FiniteScalarQuantizer(levels)
    codes = torch.arange(n_codes).view(1, -1, 1, 1)
    vectors = quantizer.vectors(codes)
    assert len(vectors[0, :, :, 0, 0].T.unique(dim=0)) == n_codes == math.prod(levels)
    wide = torch.where(vectors > -1, torch.atanh((vectors * 0.94).clamp(-0.99, 0.99)), -9)
    assert vectors.abs().max() <= 1 and wide.isfinite().all()


def test_fsq_lets_gradients_pass():
    z = torch.zeros(1, 3, 1, 1, 1, requires_grad=True)
    FiniteScalarQuantizer((8, 8, 8))(z).vectors.sum().backward()
    assert (z.grad > 0.5).all()


# ---- the codebook ---------------------------------------------------------------------------------------------------


def test_the_codebook_follows_latents_as_computed_by_hand():
    """Counts 0.99 * 2 + 0.01 * n, sums alike, each vector their quotient after Laplace's smoothing."""
    quantizer = VectorQuantizer(3, 2).train()
    with torch.no_grad():
        quantizer.embeddings.copy_(torch.tensor([[0.0, 0], [10, 0], [0, 10]]))
        quantizer.N.fill_(2)
        quantizer.z_avg.copy_(2 * quantizer.embeddings)
    z = torch.tensor([[1.0, 0], [0, 1], [9, 0], [0, 12]]).T[None, :, :, None, None]
    found = quantizer(z)
    assert found.codes.flatten().tolist() == [0, 0, 1, 2]
    assert found.vectors[0, :, :, 0, 0].T.tolist() == [[0, 0], [0, 0], [10, 0], [0, 10]]  # before the codebook moves
    counts = [0.99 * 2 + 0.01 * number for number in (2, 1, 1)]
    assert quantizer.N.tolist() == pytest.approx(counts)
    sums = [[0.01, 0.01], [0.99 * 20 + 0.09, 0], [0, 0.99 * 20 + 0.12]]
    total = sum(counts)
    for place, (count, both) in enumerate(zip(counts, sums, strict=True)):
        weight = (count + 1e-7) / (total + 3e-7) * total
        assert quantizer.embeddings[place].tolist() == pytest.approx([each / weight for each in both], rel=1e-5)
    assert float(found.loss) == pytest.approx(0.25 * (1 + 1 + 1 + 4) / 8)


def test_a_code_that_nothing_uses_restarts_at_a_latent_of_the_batch():
    quantizer = VectorQuantizer(2, 2).train()
    with torch.no_grad():
        quantizer.embeddings.copy_(torch.tensor([[1.0, 1], [500, 500]]))
        quantizer.N.copy_(torch.tensor([5.0, 1.0]))
        quantizer.z_avg.copy_(quantizer.N[:, None] * quantizer.embeddings)
    z = torch.tensor([[1.0, 1], [1.5, 1]]).T[None, :, :, None, None]
    quantizer(z)
    assert quantizer.N[1] < 1
    assert quantizer.embeddings[1].tolist() in [[1.0, 1.0], [1.5, 1.0]]


def test_the_first_batch_gives_the_first_codebook_and_a_resumed_one_is_kept():
    torch.manual_seed(0)
    quantizer = VectorQuantizer(4, 3).train()
    z = torch.randn(1, 3, 2, 2, 2)
    quantizer(z)
    again = VectorQuantizer(4, 3)
    again.load_state_dict(quantizer.state_dict())
    before = again.embeddings.clone()
    again.train()(torch.full_like(z, 50))
    assert not torch.equal(before, torch.full_like(before, 50))
    assert (again.embeddings - before).abs().min() < 50  # it moved on from where it was, and did not begin anew


def test_in_evaluation_the_codebook_rests_and_gives_the_nearest_vector():
    quantizer = VectorQuantizer(8, 3).eval()
    z = torch.randn(2, 3, 1, 2, 2)
    before = quantizer.embeddings.clone()
    found = quantizer(z)
    flat = z.movedim(1, -1).flatten(end_dim=-2)
    assert torch.equal(found.codes.flatten(), torch.cdist(flat, before).argmin(1))
    assert torch.equal(quantizer.embeddings, before)


# ---- patches --------------------------------------------------------------------------------------------------------


def test_a_decoder_of_patches_is_the_sum_of_two_transposed_convolutions():
    torch.manual_seed(0)
    config = VqvaeConfig(8, 32, 3, 16, 64, 12, 1, (2, 8, 16), "vq", "patch")
    decoder = PatchDecoder(config).eval()
    for parameter in decoder.add.parameters():
        torch.nn.init.normal_(parameter)
    vectors = torch.randn(2, 16, 4, 4, 2)
    around = decoder.grow(decoder.res_stack(decoder.widen(vectors)))
    assert torch.allclose(decoder(vectors), decoder.to_patch(vectors) + decoder.add(around.relu()), atol=1e-5)


# ---- attention ------------------------------------------------------------------------------------------------------


def test_attention_along_a_line_is_torchs_own():
    torch.manual_seed(0)
    mine, theirs = LineAttention(8), torch.nn.MultiheadAttention(8, 2, batch_first=True)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([mine.w_qs.weight, mine.w_ks.weight, mine.w_vs.weight]))
        theirs.in_proj_bias.zero_()
        theirs.out_proj.weight.copy_(mine.fc.weight)
        theirs.out_proj.bias.copy_(mine.fc.bias)
    h = torch.randn(3, 5, 8)
    assert torch.allclose(mine(h), theirs(h, h, h)[0], atol=1e-6)


@pytest.mark.parametrize(("axis", "place"), [("t", 2), ("h", 3), ("w", 4)])
def test_axial_attention_mixes_along_its_axis_alone(axis, place):
    torch.manual_seed(0)
    attention = AxialAttention(8, (axis,))
    h = torch.randn(1, 8, 3, 4, 5)
    changed = h.clone()
    changed.select(place, 0).add_(1)
    same = (attention(changed) - attention(h)).abs().amax(dim=(0, 1)) < 1e-9
    assert not same.any()  # every line along the axis crosses the changed plane
    other = h.clone()
    other[0, :, 0, 0, 0] += 1
    touched = (attention(other) - attention(h)).abs().amax(dim=(0, 1)) > 1e-7
    assert int(touched.sum()) == h.shape[place]


# ---- the whole ------------------------------------------------------------------------------------------------------


def test_strided_convolutions_halve_what_still_needs_it():
    assert plan_strides((2, 4, 4)) == [(2, 2, 2), (1, 2, 2)]
    assert plan_strides((1, 2, 8)) == [(1, 2, 2), (1, 1, 2), (1, 1, 2)]


@pytest.mark.parametrize("stem", ["strided", "patch"])
@pytest.mark.parametrize("quantizer", ["vq", "fsq"])
def test_a_video_becomes_codes_on_the_raster_and_a_video_again(stem, quantizer):
    config = small(stem=stem, quantizer=quantizer, n_codes=64, channels=1)
    model = Vqvae(config).eval()
    video = clips()
    codes = model.encode(video)
    assert codes.shape == (4, *config.latent_shape) == (4, 2, 4, 4)
    assert codes.min() >= 0 and codes.max() < 64
    assert model.decode(codes).shape == video.shape
    assert torch.allclose(model(video)[0], model.decode(codes), atol=1e-5)


def test_names_and_shapes_are_those_of_the_public_vqvae():
    """Listed from its state dict: 8 channels, one block, downsample 4 4 4, 16 codes of 6 dimensions."""
    norm = {"weight": (1,), "bias": (1,), "running_mean": (1,), "running_var": (1,), "num_batches_tracked": ()}

    def normed(name, width):
        return {f"{name}.{key}": (width,) if shape else () for key, shape in norm.items()}

    expected = {
        "encoder.convs.0.conv.weight": (8, 3, 4, 4, 4),
        "encoder.convs.0.conv.bias": (8,),
        "encoder.convs.1.conv.weight": (8, 8, 4, 4, 4),
        "encoder.convs.1.conv.bias": (8,),
        "encoder.conv_last.conv.weight": (8, 8, 3, 3, 3),
        "encoder.conv_last.conv.bias": (8,),
        "pre_vq_conv.conv.weight": (6, 8, 1, 1, 1),
        "pre_vq_conv.conv.bias": (6,),
        "codebook.embeddings": (16, 6),
        "codebook.N": (16,),
        "codebook.z_avg": (16, 6),
        "post_vq_conv.conv.weight": (8, 6, 1, 1, 1),
        "post_vq_conv.conv.bias": (8,),
        "decoder.convts.0.convt.weight": (8, 8, 4, 4, 4),
        "decoder.convts.0.convt.bias": (8,),
        "decoder.convts.1.convt.weight": (8, 3, 4, 4, 4),
        "decoder.convts.1.convt.bias": (3,),
    }
    for side in ("encoder", "decoder"):
        block = f"{side}.res_stack.0.block"
        expected |= normed(f"{block}.0", 8) | normed(f"{block}.3", 4) | normed(f"{block}.6", 8)
        expected |= {f"{block}.2.conv.weight": (4, 8, 3, 3, 3), f"{block}.5.conv.weight": (8, 4, 1, 1, 1)}
        for axis in "wht":
            names = ("w_qs.weight", "w_ks.weight", "w_vs.weight", "fc.weight")
            expected |= {f"{block}.8.attn_{axis}.{name}": (8, 8) for name in names}
            expected[f"{block}.8.attn_{axis}.fc.bias"] = (8,)
        expected |= normed(f"{side}.res_stack.1", 8)
    state = Vqvae(small(downsample=(4, 4, 4))).state_dict()
    assert {name: tuple(value.shape) for name, value in state.items()} == expected


def test_a_fitted_encoder_reconstructs_what_its_codebook_can_hold():
    """As many codes as there are different patches, and all components: nothing is lost before any training."""
    torch.manual_seed(0)
    config = small(stem="patch", channels=1, n_codes=64, embedding_dim=32, downsample=(2, 4, 4))
    model = Vqvae(config)
    video = clips(6)
    model.fit([video])
    error = (model.eval()(video)[0] - video).square().mean() / video.var()
    assert error < 0.05
    empty = torch.full((1, 1, 4, 16, 16), -0.5)
    assert (model.encode(empty) == 0).all()  # black has the first code


def test_a_fitted_encoder_may_have_more_dimensions_than_a_patch_has_pixels():
    """The guide's: 256 dimensions, and patches of 2 x 4 x 4 pixels. The spare ones stay 0."""
    torch.manual_seed(0)
    config = small(stem="patch", channels=1, n_codes=64, embedding_dim=256)
    model, video = Vqvae(config), clips(6)
    model.fit([video])
    assert (model.encoder.components[:, 32:] == 0).all() and (model.encoder.components[:, :32] != 0).any()
    assert (model.eval()(video)[0] - video).square().mean() / video.var() < 0.05


@pytest.mark.slow
def test_one_batch_is_learnt_by_heart():
    """VideoGPT's own modules: what they can't reconstruct of four clips is little beside the clips' variance."""
    torch.manual_seed(0)
    model, video = Vqvae(small(channels=1, n_hiddens=16, downsample=(2, 4, 4))).train(), clips()
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    for _ in range(150):
        again, quantized = model(video)
        error = (again - video).square().mean() / video.var()
        optimizer.zero_grad()
        (error + quantized.loss).backward()
        optimizer.step()
    assert error < 0.1


def test_codes_of_the_first_frames_do_not_tell_what_follows():
    torch.manual_seed(0)
    for quantizer in ("vq", "fsq"):
        model = Vqvae(small(stem="patch", channels=1, quantizer=quantizer, n_codes=64)).eval()
        video = clips()
        if quantizer == "vq":
            model.fit([video])
        other = video.clone()
        other[:, :, 2:] = torch.rand_like(other[:, :, 2:]) - 0.5
        assert torch.equal(model.encode(video)[:, 0], model.encode(other)[:, 0])
