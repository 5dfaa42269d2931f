// Element by element, and reductions.
#include "Guarded.h"

using namespace ctorch;

CTorchStatus ctorch_unary(CTorchUnary operation, CTorchTensor tensor, CTorchTensor *out) {
    return making(out, [&]() -> at::Tensor {
        const auto &x = in(tensor);
        switch (operation) {
        case CTorchNegative: return at::neg(x);
        case CTorchAbsolute: return at::abs(x);
        case CTorchExponential: return at::exp(x);
        case CTorchLogarithm: return at::log(x);
        case CTorchSquareRoot: return at::sqrt(x);
        case CTorchReciprocalSquareRoot: return at::rsqrt(x);
        case CTorchReciprocal: return at::reciprocal(x);
        case CTorchSine: return at::sin(x);
        case CTorchCosine: return at::cos(x);
        case CTorchFloor: return at::floor(x);
        case CTorchRound: return at::round(x);
        case CTorchSigmoid: return at::sigmoid(x);
        case CTorchTanh: return at::tanh(x);
        case CTorchReLU: return at::relu(x);
        case CTorchSiLU: return at::silu(x);
        case CTorchGELU: return at::gelu(x);
        case CTorchGELUTanh: return at::gelu(x, "tanh");
        case CTorchLogSigmoid: return at::log_sigmoid(x);
        case CTorchSoftplus: return at::softplus(x);
        case CTorchIsFinite: return at::isfinite(x);
        case CTorchLogicalNot: return at::logical_not(x);
        }
        TORCH_CHECK_VALUE(false, "unknown operation ", static_cast<int>(operation));
    });
}

namespace {

/// Left and right are tensors, or one of them is a scalar; ATen has an overload of each operation for both.
template <typename Left, typename Right>
at::Tensor binary(CTorchBinary operation, const Left &a, const Right &b) {
    switch (operation) {
    case CTorchAdd: return at::add(a, b);
    case CTorchSubtract: return at::sub(a, b);
    case CTorchMultiply: return at::mul(a, b);
    case CTorchDivide: return at::div(a, b);
    case CTorchPower: return at::pow(a, b);
    case CTorchEqual: return at::eq(a, b);
    case CTorchNotEqual: return at::ne(a, b);
    case CTorchLess: return at::lt(a, b);
    case CTorchLessOrEqual: return at::le(a, b);
    case CTorchGreater: return at::gt(a, b);
    case CTorchGreaterOrEqual: return at::ge(a, b);
    default: TORCH_CHECK_VALUE(false, "operation ", static_cast<int>(operation), " takes two tensors");
    }
}

}  // namespace

CTorchStatus ctorch_binary(CTorchBinary operation, CTorchTensor left, CTorchTensor right, CTorchTensor *out) {
    return making(out, [&]() -> at::Tensor {
        const auto &a = in(left), &b = in(right);
        switch (operation) {
        case CTorchMaximum: return at::maximum(a, b);
        case CTorchMinimum: return at::minimum(a, b);
        case CTorchLogicalAnd: return at::logical_and(a, b);
        case CTorchLogicalOr: return at::logical_or(a, b);
        default: return binary(operation, a, b);
        }
    });
}

CTorchStatus ctorch_binary_scalar(CTorchBinary operation, CTorchTensor left, CTorchScalar right, CTorchTensor *out) {
    return making(out, [&] { return binary(operation, in(left), scalar(right)); });
}

CTorchStatus ctorch_scalar_binary(CTorchBinary operation, CTorchScalar left, CTorchTensor right, CTorchTensor *out) {
    return making(out, [&]() -> at::Tensor {
        const auto &b = in(right);
        // A zero-dimensional tensor counts as a scalar in LibTorch's promotion of dtypes.
        if (operation == CTorchPower) return at::pow(scalar(left), b);
        if (operation == CTorchSubtract) return at::rsub(b, scalar(left));
        return binary(operation, at::scalar_tensor(scalar(left), left.is_integer ? at::kLong : at::kDouble), b);
    });
}

CTorchStatus ctorch_clamp(CTorchTensor tensor, const CTorchScalar *minimum, const CTorchScalar *maximum, CTorchTensor *out) {
    return making(out, [&] {
        const auto low = minimum ? std::optional(scalar(*minimum)) : std::nullopt;
        const auto high = maximum ? std::optional(scalar(*maximum)) : std::nullopt;
        return at::clamp(in(tensor), low, high);
    });
}

CTorchStatus ctorch_where(CTorchTensor condition, CTorchTensor yes, CTorchTensor no, CTorchTensor *out) {
    return making(out, [&] { return at::where(in(condition), in(yes), in(no)); });
}

// MARK: - Reductions

CTorchStatus ctorch_reduce(CTorchReduction operation, CTorchTensor tensor, CTorchInts dimensions, bool keep, CTorchTensor *out) {
    return making(out, [&]() -> at::Tensor {
        const auto &x = in(tensor);
        const auto dims = ints(dimensions);
        const at::OptionalIntArrayRef some = dims.empty() ? at::OptionalIntArrayRef() : at::OptionalIntArrayRef(dims);
        switch (operation) {
        case CTorchSum: return at::sum(x, some, keep);
        case CTorchMean: return at::mean(x, some, keep);
        case CTorchMaximumOf: return at::amax(x, dims, keep);
        case CTorchMinimumOf: return at::amin(x, dims, keep);
        case CTorchNorm: return at::linalg_vector_norm(x, 2, some, keep);
        case CTorchAll: return at::all(x, some, keep);
        case CTorchAny: return at::any(x, some, keep);
        }
        TORCH_CHECK_VALUE(false, "unknown reduction ", static_cast<int>(operation));
    });
}

CTorchStatus ctorch_argmax(CTorchTensor tensor, const intptr_t *dimension, bool keep, CTorchTensor *out) {
    return making(out, [&] {
        return at::argmax(in(tensor), dimension ? std::optional<int64_t>(*dimension) : std::nullopt, keep);
    });
}

CTorchStatus ctorch_softmax(CTorchTensor tensor, intptr_t dimension, CTorchTensor *out) {
    return making(out, [&] { return at::softmax(in(tensor), dimension); });
}

CTorchStatus ctorch_log_softmax(CTorchTensor tensor, intptr_t dimension, CTorchTensor *out) {
    return making(out, [&] { return at::log_softmax(in(tensor), dimension); });
}

CTorchStatus ctorch_topk(CTorchTensor tensor, intptr_t count, intptr_t dimension, bool largest, CTorchTensor *values,
                         CTorchTensor *indices) {
    return guarded([&] {
        auto [top, places] = at::topk(in(tensor), count, dimension, largest, /*sorted=*/true);
        auto first = std::make_unique<CTorchTensorImpl>(top);
        indices->impl = new CTorchTensorImpl{places};
        values->impl = first.release();
    });
}

CTorchStatus ctorch_eigh(CTorchTensor tensor, CTorchTensor *values, CTorchTensor *vectors) {
    return guarded([&] {
        auto [sizes, directions] = at::linalg_eigh(in(tensor));
        auto first = std::make_unique<CTorchTensorImpl>(sizes);
        vectors->impl = new CTorchTensorImpl{directions};
        values->impl = first.release();
    });
}
