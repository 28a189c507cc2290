import CTorch

extension Tensor {
    public static func + (a: Tensor, b: Tensor) -> Tensor {
        tensor { ct.add(&$0, a.handle, b.handle, 1) }
    }

    public static func - (a: Tensor, b: Tensor) -> Tensor {
        tensor { ct.add(&$0, a.handle, b.handle, -1) }
    }

    public static func * (a: Tensor, b: Tensor) -> Tensor {
        tensor { ct.mul(&$0, a.handle, b.handle) }
    }

    /// Each element times `factor`, plus `offset`.
    public func scaled(by factor: Double, plus offset: Double = 0) -> Tensor {
        tensor { ct.scale(&$0, handle, factor, offset) }
    }

    /// Moves this tensor in place towards `other`: self + weight * (other - self).
    public func interpolate(towards other: Tensor, weight: Double) {
        check(ct.lerp_(handle, other.handle, weight))
    }

    public func matrixProduct(_ other: Tensor) -> Tensor {
        tensor { ct.matmul(&$0, handle, other.handle) }
    }

    public func sum() -> Tensor { tensor { ct.sum(&$0, handle) } }

    public func mean(dimensions: [Int]) -> Tensor {
        tensor {
            ct.mean_dimensions(
                &$0, handle, dimensions.map(Int64.init), Int32(dimensions.count))
        }
    }

    public func softmax(dimension: Int) -> Tensor {
        tensor { ct.softmax(&$0, handle, Int32(dimension)) }
    }

    public func argmax(dimension: Int) -> Tensor {
        tensor { ct.argmax(&$0, handle, Int32(dimension)) }
    }
}
