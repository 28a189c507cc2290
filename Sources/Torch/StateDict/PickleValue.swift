/// What a pickle of weights may hold.
enum PickleValue {
    case none
    case bool(Bool)
    case integer(Int)
    /// An integer beyond 64 bits, little-endian.
    case bigInteger([UInt8])
    case number(Double)
    case text(String)
    case container(PickleContainer)
    case global(PickleGlobal)
    case storage(StorageReference)
    case tensor(TensorReference)
    /// Something harmless whose value does not matter here, such as a device.
    case ignored
    /// An object of a class that is no container of weights; it is never made, only passed over.
    case object(PickleObject)

    var tuple: [PickleValue]? {
        if case .container(let container) = self, container.kind == .tuple {
            return container.items
        }
        return nil
    }

    /// The items of a tuple or list.
    var sequence: [PickleValue]? {
        guard case .container(let container) = self, container.kind != .dictionary else {
            return nil
        }
        return container.items
    }

    var dictionary: [(key: PickleValue, value: PickleValue)]? {
        switch self {
        case .container(let container) where container.kind == .dictionary: container.pairs
        case .object(let object) where !object.items.pairs.isEmpty: object.items.pairs
        default: nil
        }
    }

    var integer: Int? {
        if case .integer(let value) = self { value } else { nil }
    }

    var text: String? {
        if case .text(let value) = self { value } else { nil }
    }

    /// For messages.
    var kindName: String {
        switch self {
        case .none: "None"
        case .bool: "a bool"
        case .integer, .bigInteger: "an integer"
        case .number: "a float"
        case .text: "a string"
        case .container(let container): "a \(container.kind.rawValue)"
        case .global(let global): global.name
        case .storage: "a storage"
        case .tensor: "a tensor"
        case .ignored: "another value"
        case .object(let object): "a \(object.className)"
        }
    }
}

/// An object that a pickle describes: the name of its class, and where the class is a dictionary,
/// what was put into it.
struct PickleObject {
    let className: String
    let items: PickleContainer
}

/// A tuple, list, set or dictionary. A reference, because a pickle fills containers after it has
/// put them elsewhere.
final class PickleContainer {
    enum Kind: String {
        case tuple, list, set, dictionary
    }

    let kind: Kind
    var items: [PickleValue]
    var pairs: [(key: PickleValue, value: PickleValue)] = []

    init(_ kind: Kind, _ items: [PickleValue] = []) {
        self.kind = kind
        self.items = items
    }
}

/// The names that a pickle may use. None is ever called: they only say what stands there.
enum PickleGlobal {
    case orderedDictionary
    /// A dictionary whose arguments are no pairs.
    case dictionary
    case set
    case size
    case device
    case elementType(String)
    case storage(DType)
    /// The older form takes four arguments, the newer six or seven.
    case rebuildTensor
    case rebuildParameter
    /// A tensor with attributes: (function, class, arguments, state).
    case rebuildFromType
    /// A class or function whose objects are passed over.
    case passedOver(String)

    init?(module: String, name: String) {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("builtins", "set"), ("__builtin__", "set"), ("builtins", "frozenset"),
            ("__builtin__", "frozenset"):
            self = .set
        case ("torch", "Size"): self = .size
        case ("torch", "device"): self = .device
        case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"):
            self = .rebuildTensor
        case ("torch._utils", "_rebuild_parameter"),
            ("torch._utils", "_rebuild_parameter_with_state"):
            self = .rebuildParameter
        case ("torch._tensor", "_rebuild_from_type_v2"): self = .rebuildFromType
        case ("collections", "defaultdict"), ("collections", "Counter"): self = .dictionary
        case ("torch", _), ("torch.storage", _), ("torch.cuda", _):
            if let dtype = Self.storages[name] {
                self = .storage(dtype)
            } else if module == "torch", Self.elementTypes.contains(name) {
                self = .elementType(name)
            } else if module == "torch", Self.harmlessNames.contains(name) {
                self = .passedOver("torch.\(name)")
            } else {
                return nil
            }
        default:
            guard Self.isPassedOver(module: module, name: name) else { return nil }
            self = .passedOver("\(module).\(name)")
        }
    }

    private static let harmlessNames: Set = [
        "Generator", "Tensor", "strided", "sparse_coo", "contiguous_format", "channels_last",
        "preserve_format",
    ]

    /// Whether objects of this name may stand in a file of weights. None is made or called, so this
    /// only decides which files look like an attack: those that name what runs programs or code.
    private static func isPassedOver(module: String, name: String) -> Bool {
        switch module {
        case "builtins", "__builtin__": builtins.contains(name)
        case "_codecs": name == "encode"
        case "copyreg", "copy_reg": name == "_reconstructor"
        case "torch.hub", "torch.serialization", "torch.package", "torch.jit": false
        default: !suspicious.contains(String(module.prefix { $0 != "." }))
        }
    }

    private static let builtins: Set = [
        "dict", "list", "tuple", "int", "float", "str", "bool", "bytes", "bytearray", "complex",
        "object", "range", "slice", "type", "NoneType", "unicode", "long",
    ]

    /// Modules of Python that reach the system or run code.
    private static let suspicious: Set = [
        "os", "posix", "nt", "posixpath", "ntpath", "sys", "subprocess", "_posixsubprocess", "pty",
        "popen2", "shutil", "tempfile", "fileinput", "io", "_io", "mmap", "socket", "socketserver",
        "ssl", "select", "http", "urllib", "urllib2", "requests", "ftplib", "smtplib", "telnetlib",
        "webbrowser", "xmlrpc", "asyncio", "threading", "_thread", "multiprocessing", "concurrent",
        "signal", "ctypes", "_ctypes", "cffi", "importlib", "imp", "pkgutil", "pkg_resources",
        "pip",
        "setuptools", "distutils", "zipimport", "runpy", "codeop", "codecs", "compileall",
        "py_compile", "pdb", "bdb", "cProfile", "timeit", "doctest", "pickle", "_pickle", "cPickle",
        "dill", "cloudpickle", "joblib", "marshal", "shelve", "operator", "_operator", "gc",
        "atexit", "pydoc",
    ]

    private static let storages: [String: DType] = [
        "FloatStorage": .float32, "DoubleStorage": .float64, "HalfStorage": .float16,
        "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32,
        "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8,
        "BoolStorage": .bool, "UntypedStorage": .uint8,
    ]

    private static let elementTypes: Set = [
        "float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8",
        "bool", "uint16", "uint32", "uint64", "complex64", "complex128", "float8_e4m3fn",
        "float8_e5m2", "qint8", "quint8", "qint32",
    ]

    var name: String {
        switch self {
        case .orderedDictionary: "collections.OrderedDict"
        case .set: "set"
        case .size: "torch.Size"
        case .device: "torch.device"
        case .elementType(let name): "torch.\(name)"
        case .storage(let dtype): "a storage of \(dtype)"
        case .rebuildTensor: "torch._utils._rebuild_tensor"
        case .rebuildParameter: "torch._utils._rebuild_parameter"
        case .rebuildFromType: "torch._tensor._rebuild_from_type_v2"
        case .dictionary: "a dictionary"
        case .passedOver(let name): name
        }
    }
}

/// The elements that tensors are views of, by the key under which the file holds them.
struct StorageReference {
    let key: String
    let dtype: DType
    /// Elements under that key.
    let rootCount: Int
    /// The part that this is, in elements.
    let part: Range<Int>
}

/// A view of a storage, checked to lie within it.
struct TensorReference {
    let storage: StorageReference
    /// In elements, from the start of the root storage.
    let offset: Int
    let shape: [Int]
    let strides: [Int]

    var count: Int { shape.reduce(1, *) }
    var byteCount: Int { count * storage.dtype.byteSize }

    /// - Returns: nil when the view does not lie within its storage.
    init?(_ storage: StorageReference, offset: Int, shape: [Int], strides: [Int]) {
        guard offset >= 0, shape.count == strides.count, shape.count <= 64,
            strides.allSatisfy({ $0 >= 0 }),
            TensorReference.byteCount(of: shape, storage.dtype) != nil
        else { return nil }
        var last = offset
        for (size, step) in zip(shape, strides) where size > 1 {
            let (reach, tooFar) = (size - 1).multipliedReportingOverflow(by: step)
            let (next, tooLarge) = last.addingReportingOverflow(reach)
            guard !tooFar, !tooLarge else { return nil }
            last = next
        }
        let isEmpty = shape.contains(0)
        guard isEmpty ? offset <= storage.part.count : last < storage.part.count else { return nil }
        self.storage = storage
        self.offset = storage.part.lowerBound + offset
        self.shape = shape
        self.strides = strides
    }

    /// Whether the elements lie in row-major order without gaps.
    var isContiguous: Bool {
        var expected = 1
        for (size, step) in zip(shape, strides).reversed() where size != 1 {
            if step != expected { return shape.contains(0) }
            expected *= size
        }
        return true
    }

    private static func byteCount(of shape: [Int], _ dtype: DType) -> Int? {
        guard shape.allSatisfy({ $0 >= 0 }) else { return nil }
        // Without the zeros: a product that overflows before it meets one is no shape either.
        var product = dtype.byteSize
        for size in shape where size > 0 {
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            guard !overflow else { return nil }
            product = next
        }
        return product
    }

    /// The elements, row-major, from the bytes of the root storage.
    func materialized(from root: [UInt8]) -> RawTensor {
        let width = storage.dtype.byteSize
        let bytes: [UInt8]
        if count == 0 {
            bytes = []
        } else if isContiguous {
            let range = offset * width ..< offset * width + byteCount
            bytes = range == root.indices ? root : Array(root[range])
        } else {
            bytes = gathered(from: root, width: width)
        }
        return RawTensor(dtype: storage.dtype, shape: shape, bytes: bytes)
    }

    private func gathered(from root: [UInt8], width: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        var index = [Int](repeating: 0, count: shape.count)
        var element = offset
        for _ in 0 ..< count {
            bytes += root[element * width ..< (element + 1) * width]
            for axis in shape.indices.reversed() {
                index[axis] += 1
                element += strides[axis]
                if index[axis] < shape[axis] { break }
                element -= strides[axis] * shape[axis]
                index[axis] = 0
            }
        }
        return bytes
    }
}
