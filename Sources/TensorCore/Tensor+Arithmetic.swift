import CTorch

/// A plain number beside a tensor. An integer stays an integer, as in Python: it doesn't turn an integer tensor into
/// floats.
package protocol TensorScalar {
    var number: TensorNumber { get }
}

package enum TensorNumber {
    case integer(Int)
    case real(Double)
}

extension Int: TensorScalar { package var number: TensorNumber { .integer(self) } }
extension Double: TensorScalar { package var number: TensorNumber { .real(self) } }
extension Float: TensorScalar { package var number: TensorNumber { .real(Double(self)) } }

extension TensorScalar {
    var code: CTorchScalar {
        switch number {
        case .integer(let value): CTorchScalar(is_integer: true, integer: Int64(value), real: 0)
        case .real(let value): CTorchScalar(is_integer: false, integer: 0, real: value)
        }
    }
}

extension Tensor {
    func unary(_ operation: CTorchUnary) throws(TensorError) -> Tensor {
        try Tensor { ctorch_unary(operation, handle, $0) }
    }

    func binary(_ operation: CTorchBinary, _ other: Tensor) throws(TensorError) -> Tensor {
        try Tensor { ctorch_binary(operation, handle, other.handle, $0) }
    }

    func binary(_ operation: CTorchBinary, _ other: some TensorScalar) throws(TensorError) -> Tensor {
        try Tensor { ctorch_binary_scalar(operation, handle, other.code, $0) }
    }

    static func binary(_ operation: CTorchBinary, _ left: some TensorScalar, _ right: Tensor) throws(TensorError)
        -> Tensor
    {
        try Tensor { ctorch_scalar_binary(operation, left.code, right.handle, $0) }
    }

    // MARK: - Operators: shapes are broadcast, dtypes promoted

    package static prefix func - (x: Tensor) throws(TensorError) -> Tensor { try x.unary(CTorchNegative) }

    package static func + (a: Tensor, b: Tensor) throws(TensorError) -> Tensor { try a.binary(CTorchAdd, b) }
    package static func - (a: Tensor, b: Tensor) throws(TensorError) -> Tensor { try a.binary(CTorchSubtract, b) }
    package static func * (a: Tensor, b: Tensor) throws(TensorError) -> Tensor { try a.binary(CTorchMultiply, b) }
    package static func / (a: Tensor, b: Tensor) throws(TensorError) -> Tensor { try a.binary(CTorchDivide, b) }

    package static func + (a: Tensor, b: some TensorScalar) throws(TensorError) -> Tensor { try a.binary(CTorchAdd, b) }
    package static func - (a: Tensor, b: some TensorScalar) throws(TensorError) -> Tensor {
        try a.binary(CTorchSubtract, b)
    }
    package static func * (a: Tensor, b: some TensorScalar) throws(TensorError) -> Tensor {
        try a.binary(CTorchMultiply, b)
    }
    package static func / (a: Tensor, b: some TensorScalar) throws(TensorError) -> Tensor {
        try a.binary(CTorchDivide, b)
    }

    package static func + (a: some TensorScalar, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CTorchAdd, a, b)
    }
    package static func - (a: some TensorScalar, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CTorchSubtract, a, b)
    }
    package static func * (a: some TensorScalar, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CTorchMultiply, a, b)
    }
    package static func / (a: some TensorScalar, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CTorchDivide, a, b)
    }

    // MARK: - Comparisons, element by element, to a tensor of truth values

    package static func .== (a: Tensor, b: Tensor) throws(TensorError) -> Tensor { try a.binary(CTorchEqual, b) }
    package static func .!= (a: Tensor, b: Tensor) throws(TensorError) -> Tensor { try a.binary(CTorchNotEqual, b) }
    package static func .< (a: Tensor, b: Tensor) throws(TensorError) -> Tensor { try a.binary(CTorchLess, b) }
    package static func .<= (a: Tensor, b: Tensor) throws(TensorError) -> Tensor { try a.binary(CTorchLessOrEqual, b) }
    package static func .> (a: Tensor, b: Tensor) throws(TensorError) -> Tensor { try a.binary(CTorchGreater, b) }
    package static func .>= (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try a.binary(CTorchGreaterOrEqual, b)
    }

    package static func .== (a: Tensor, b: some TensorScalar) throws(TensorError) -> Tensor {
        try a.binary(CTorchEqual, b)
    }
    package static func .!= (a: Tensor, b: some TensorScalar) throws(TensorError) -> Tensor {
        try a.binary(CTorchNotEqual, b)
    }
    package static func .< (a: Tensor, b: some TensorScalar) throws(TensorError) -> Tensor {
        try a.binary(CTorchLess, b)
    }
    package static func .<= (a: Tensor, b: some TensorScalar) throws(TensorError) -> Tensor {
        try a.binary(CTorchLessOrEqual, b)
    }
    package static func .> (a: Tensor, b: some TensorScalar) throws(TensorError) -> Tensor {
        try a.binary(CTorchGreater, b)
    }
    package static func .>= (a: Tensor, b: some TensorScalar) throws(TensorError) -> Tensor {
        try a.binary(CTorchGreaterOrEqual, b)
    }

    package static func .& (a: Tensor, b: Tensor) throws(TensorError) -> Tensor { try a.binary(CTorchLogicalAnd, b) }
    package static func .| (a: Tensor, b: Tensor) throws(TensorError) -> Tensor { try a.binary(CTorchLogicalOr, b) }
    package func logicalNot() throws(TensorError) -> Tensor { try unary(CTorchLogicalNot) }
}
