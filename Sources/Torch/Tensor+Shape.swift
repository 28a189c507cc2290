import CTorch

extension Tensor {
    /// A copy with its own storage.
    public func clone() -> Tensor { tensor { ct.tensor_clone(&$0, handle) } }

    /// The same values outside the graph that autograd records.
    public func detached() -> Tensor { tensor { ct.tensor_detach(&$0, handle) } }

    /// The same values elsewhere or otherwise laid out; what is not named stays (the layout is
    /// contiguous unless said). Shares storage when nothing changes.
    public func to(
        device: Device? = nil, dtype: DType? = nil, memoryFormat: MemoryFormat = .contiguous
    ) -> Tensor {
        tensor {
            ct.tensor_to(
                &$0, handle, (device ?? self.device).rawValue, (dtype ?? self.dtype).rawValue,
                memoryFormat.rawValue)
        }
    }

    /// The elements in another shape of as many.
    public func reshaped(_ shape: [Int]) -> Tensor {
        tensor { ct.tensor_reshape(&$0, handle, shape.map(Int64.init), Int32(shape.count)) }
    }

    /// Repeats dimensions of size 1 without copying.
    public func expanded(_ shape: [Int]) -> Tensor {
        tensor { ct.tensor_expand(&$0, handle, shape.map(Int64.init), Int32(shape.count)) }
    }

    /// Reverses the order along `dimension`.
    public func flipped(dimension: Int) -> Tensor {
        tensor { ct.tensor_flip(&$0, handle, Int32(dimension)) }
    }

    /// The part of `dimension` from `range`, sharing storage.
    public func narrowed(dimension: Int, to range: Range<Int>) -> Tensor {
        tensor {
            ct.tensor_narrow(
                &$0, handle, Int32(dimension), Int64(range.lowerBound), Int64(range.count))
        }
    }

    /// Tensors one after the other along a dimension.
    public static func concatenated(_ tensors: [Tensor], dimension: Int = 0) -> Tensor {
        let handles = tensors.map { Optional($0.handle) }
        return tensor {
            ct.tensor_cat(&$0, handles, Int32(handles.count), Int32(dimension))
        }
    }

    /// Overwrites the elements, keeping the storage, with those of `source` of the same shape.
    public func assign(_ source: Tensor) {
        precondition(
            source.shape == shape || FailureScope.hasFailed,
            "expected shape \(shape), got \(source.shape)")
        check { ct.tensor_assign(handle, source.handle) }
    }
}
