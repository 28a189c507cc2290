import CTorch

extension Tensor {
    /// The sum of two tensors, element by element.
    public static func + (a: Tensor, b: Tensor) -> Tensor {
        tensor { ct.add(&$0, a.handle, b.handle, 1) }
    }

    /// The difference of two tensors, element by element.
    public static func - (a: Tensor, b: Tensor) -> Tensor {
        tensor { ct.add(&$0, a.handle, b.handle, -1) }
    }

    /// The product of two tensors, element by element.
    public static func * (a: Tensor, b: Tensor) -> Tensor {
        tensor { ct.mul(&$0, a.handle, b.handle) }
    }

    /// Each element times `factor`, plus `offset`.
    public func scaled(by factor: Double, plus offset: Double = 0) -> Tensor {
        tensor { ct.scale(&$0, handle, factor, offset) }
    }

    /// Moves this tensor in place towards `other`: self + weight * (other - self).
    public func interpolate(towards other: Tensor, weight: Double) {
        check { ct.lerp_(handle, other.handle, weight) }
    }

    /// The matrix product with another tensor.
    public func matrixProduct(_ other: Tensor) -> Tensor {
        tensor { ct.matmul(&$0, handle, other.handle) }
    }

    /// The sum of all elements.
    public func sum() -> Tensor { tensor { ct.sum(&$0, handle) } }

    /// The mean over some dimensions.
    public func mean(dimensions: [Int]) -> Tensor {
        tensor {
            ct.mean_dimensions(
                &$0, handle, dimensions.map(Int64.init), Int32(dimensions.count))
        }
    }

    /// Exponentials that sum to 1 along a dimension.
    public func softmax(dimension: Int) -> Tensor {
        tensor { ct.softmax(&$0, handle, Int32(dimension)) }
    }

    /// The position of the largest element along a dimension.
    public func argmax(dimension: Int) -> Tensor {
        tensor { ct.argmax(&$0, handle, Int32(dimension)) }
    }
}
