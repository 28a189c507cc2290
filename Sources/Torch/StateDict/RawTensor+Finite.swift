import Foundation

extension DType {
    public var isFloatingPoint: Bool {
        switch self {
        case .float64, .float32, .float16, .bfloat16: true
        default: false
        }
    }
}

extension RawTensor {
    /// The position of the first element that is infinite or NaN, also as a float32; `nil` where
    /// there is none.
    public var firstNonFinite: Int? {
        switch dtype {
        case .float64: floats.firstIndex { !$0.isFinite }
        case .float32: first(from: 0x7F80_0000 as UInt32)
        case .float16: first(from: 0x7C00 as UInt16)
        case .bfloat16: first(from: 0x7F80 as UInt16)
        default: nil
        }
    }

    /// The position of the first element of 2^40 or more in magnitude, or not finite.
    var firstHuge: Int? {
        switch dtype {
        case .float64: floats.firstIndex { !($0.magnitude < 0x1p40) }
        case .float32: first(from: (0x1p40 as Float).bitPattern)
        case .bfloat16: first(from: UInt16((0x1p40 as Float).bitPattern >> 16))
        default: firstNonFinite
        }
    }

    /// The position of the first word whose bits without the sign are at least `limit`.
    private func first<Word: FixedWidthInteger & UnsignedInteger>(from limit: Word) -> Int? {
        bytes.withUnsafeBytes { bytes in
            let width = MemoryLayout<Word>.size
            func isWrong(_ place: Int) -> Bool {
                bytes.loadUnaligned(fromByteOffset: place * width, as: Word.self) & (.max >> 1)
                    >= limit
            }
            // Blocks without a branch inside, for vector registers.
            var start = 0
            while start < count {
                let end = min(start + 4096, count)
                var wrong: Word = 0
                for place in start ..< end { wrong |= isWrong(place) ? 1 : 0 }
                if wrong != 0 { return (start ..< end).first(where: isWrong) }
                start = end
            }
            return nil
        }
    }
}

extension StateDict {
    /// The first tensor that no network can compute with, and why: a number that is not finite, a
    /// variance below 0, or a huge weight below a ReLU, which turns the NaN of an overflow into 0.
    /// `nil` where there is none.
    public var firstUnusable: (name: String, reason: String)? {
        for (name, tensor) in tensors {
            let isHidden = isBelowReLU(name, tensor)
            if let place = isHidden ? tensor.firstHuge : tensor.firstNonFinite {
                let value = tensor.floats[place]
                let expected = value.isFinite ? "less than 2^40" : "finite numbers"
                return (name, "element \(place) is \(plain(value)), expected \(expected)")
            }
            if name.hasSuffix("running_var"), tensor.dtype.isFloatingPoint,
                let place = tensor.floats.firstIndex(where: { $0 < 0 })
            {
                return (name, "element \(place) is \(tensor.floats[place]), expected 0 or more")
            }
        }
        return nil
    }

    /// Whether it is the kernel of a convolution, or the scale or shift of a batch norm.
    private func isBelowReLU(_ name: String, _ tensor: RawTensor) -> Bool {
        guard tensor.shape.count != 4 else { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard let last = parts.last, last == "weight" || last == "bias" else { return false }
        return self[(parts.dropLast() + ["running_var"]).joined(separator: ".")] != nil
    }

    /// - Parameter path: of the file, for the error.
    public func requireUsable(from path: String) throws(StateDictError) {
        guard let (name, reason) = firstUnusable else { return }
        throw StateDictError(
            path: path,
            reason: "tensor \(name): \(reason). The training that wrote it diverged, or the file "
                + "was altered: take an earlier or a fresh copy")
    }
}

/// A number as text, NaN without its sign and bits.
public func plain(_ number: some BinaryFloatingPoint & CustomStringConvertible) -> String {
    number.isNaN ? "nan" : number.description
}
