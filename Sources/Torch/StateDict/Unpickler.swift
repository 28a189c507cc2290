// The opcodes: Lib/pickletools.py of CPython. What PyTorch puts into them: torch/serialization.py.

/// Reads a pickle of tensors and containers, and nothing else.
///
/// No name in the pickle is ever called. Objects of classes are passed over; a name that reaches the
/// system or runs code is refused.
final class Unpickler {
    private let stream: PickleStream
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private var containers: [PickleContainer] = []
    /// Bytes of an element, for every storage that was named.
    private(set) var storageWidths: [String: Int] = [:]
    /// The classes whose objects were passed over, each once.
    private(set) var passedOver: [String] = []
    /// One list may be named again and again; its copies must not outgrow the file.
    private var copiedPairs = 0

    init(_ stream: PickleStream) { self.stream = stream }

    /// Containers may hold themselves, or each other thousands deep: emptying all of them here
    /// frees them without a leak and without recursion.
    deinit {
        stack = []
        memo = [:]
        for container in containers {
            container.items = []
            container.pairs = []
        }
    }

    /// The object of one pickle; its containers live only as long as the unpickler.
    func load() throws(StateDictError) -> PickleValue {
        stack = []
        marks = []
        memo = [:]
        while true {
            let opcode = try stream.byte()
            if opcode == UInt8(ascii: ".") { return try pop() }
            try execute(opcode)
        }
    }

    private func execute(_ opcode: UInt8) throws(StateDictError) {
        switch opcode {
        case 0x80:  // PROTO
            let version = try stream.byte()
            guard version <= 5 else { throw damaged("protocol \(version) is not known") }
        case 0x95: _ = try stream.bytes(8)  // FRAME
        case UInt8(ascii: "("): marks.append(stack.count)
        case UInt8(ascii: "0"):
            if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
        case UInt8(ascii: "1"): _ = try popToMark()
        case UInt8(ascii: "2"): stack.append(try top())
        case UInt8(ascii: "N"): stack.append(.none)
        case 0x88: stack.append(.bool(true))
        case 0x89: stack.append(.bool(false))
        case UInt8(ascii: "]"): push(.list)
        case UInt8(ascii: "}"): push(.dictionary)
        case UInt8(ascii: ")"): push(.tuple)
        case 0x8F: push(.set)
        case UInt8(ascii: "l"): push(.list, try popToMark())
        case UInt8(ascii: "t"): push(.tuple, try popToMark())
        case UInt8(ascii: "d"):
            let items = try popToMark()
            push(.dictionary)
            try setItems(items)
        case 0x91:  // FROZENSET
            push(.set, try popToMark())
        case 0x85, 0x86, 0x87:  // TUPLE1, 2, 3
            var items: [PickleValue] = []
            for _ in 0 ..< Int(opcode) - 0x84 { items.append(try pop()) }
            push(.tuple, items.reversed())
        case UInt8(ascii: "a"): try append([try pop()])
        case UInt8(ascii: "e"), 0x90: try append(try popToMark())
        case UInt8(ascii: "s"):
            let value = try pop()
            try setItems([try pop(), value])
        case UInt8(ascii: "u"): try setItems(try popToMark())
        case UInt8(ascii: "q"): memo[Int(try stream.byte())] = try top()
        case UInt8(ascii: "r"): memo[Int(try stream.number(4))] = try top()
        case 0x94: memo[memo.count] = try top()
        case UInt8(ascii: "h"): try recall(Int(try stream.byte()))
        case UInt8(ascii: "j"): try recall(Int(try stream.number(4)))
        case UInt8(ascii: "c"):
            let module = try stream.line()
            stack.append(.global(try global(module, try stream.line())))
        case 0x93:  // STACK_GLOBAL
            let name = try pop().text
            let module = try pop().text
            guard let module, let name else { throw damaged("a name is not a string") }
            stack.append(.global(try global(module, name)))
        case UInt8(ascii: "R"):
            let arguments = try pop()
            stack.append(try reduce(try pop(), arguments))
        case UInt8(ascii: "b"): try build()
        case 0x81:  // NEWOBJ
            let arguments = try pop()
            stack.append(try made(of: try pop(), arguments))
        case 0x92:  // NEWOBJ_EX
            _ = try pop()
            let arguments = try pop()
            stack.append(try made(of: try pop(), arguments))
        case UInt8(ascii: "o"):
            let items = try popToMark()
            guard let callee = items.first else { throw damaged("an object without a class") }
            stack.append(try made(of: callee, container(.tuple, Array(items.dropFirst()))))
        case UInt8(ascii: "Q"): stack.append(try persistent(try pop()))
        default: try pushNumberOrText(opcode)
        }
    }

    private func pushNumberOrText(_ opcode: UInt8) throws(StateDictError) {
        switch opcode {
        case UInt8(ascii: "K"): stack.append(.integer(Int(try stream.byte())))
        case UInt8(ascii: "M"): stack.append(.integer(Int(try stream.number(2))))
        case UInt8(ascii: "J"):
            let bits = UInt32(truncatingIfNeeded: try stream.number(4))
            stack.append(.integer(Int(Int32(bitPattern: bits))))
        case UInt8(ascii: "I"):
            let line = try stream.line()
            guard let value = Int(line) else { throw damaged("\"\(line)\" is not an integer") }
            stack.append(line == "00" ? .bool(false) : line == "01" ? .bool(true) : .integer(value))
        case 0x8A: stack.append(try long(try stream.length(1)))
        case 0x8B: stack.append(try long(try stream.length(4)))
        case UInt8(ascii: "G"):
            let bits = try stream.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            stack.append(.number(Double(bitPattern: bits)))
        case UInt8(ascii: "X"), UInt8(ascii: "T"):
            stack.append(.text(try stream.text(try stream.length(4))))
        case 0x8C, UInt8(ascii: "U"): stack.append(.text(try stream.text(try stream.length(1))))
        case 0x8D: stack.append(.text(try stream.text(try stream.length(8))))
        case UInt8(ascii: "C"): try skip(try stream.length(1))
        case UInt8(ascii: "B"): try skip(try stream.length(4))
        case 0x8E, 0x96: try skip(try stream.length(8))
        case UInt8(ascii: "i"):  // INST
            let module = try stream.line()
            let callee = try global(module, try stream.line())
            stack.append(try made(of: .global(callee), container(.tuple, try popToMark())))
        default:
            throw refused(Self.refusedOpcodes[opcode] ?? "opcode \(opcode)")
        }
    }

    private static let refusedOpcodes: [UInt8: String] = [
        0x82: "opcode EXT1", 0x83: "opcode EXT2", 0x84: "opcode EXT4",
        UInt8(ascii: "P"): "opcode PERSID",
        0x97: "opcode NEXT_BUFFER", 0x98: "opcode READONLY_BUFFER",
    ]

    // MARK: Stack

    private func top() throws(StateDictError) -> PickleValue {
        guard let value = stack.last, stack.count > (marks.last ?? 0) else {
            throw damaged("it takes a value where there is none")
        }
        return value
    }

    private func pop() throws(StateDictError) -> PickleValue {
        let value = try top()
        stack.removeLast()
        return value
    }

    private func popToMark() throws(StateDictError) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw damaged("a mark is missing") }
        let items = Array(stack[mark...])
        stack.removeSubrange(mark...)
        return items
    }

    private func recall(_ index: Int) throws(StateDictError) {
        guard let value = memo[index] else { throw damaged("it recalls what it never kept") }
        stack.append(value)
    }

    // MARK: Containers

    private func push(_ kind: PickleContainer.Kind, _ items: [PickleValue] = []) {
        stack.append(container(kind, items))
    }

    private func container(_ kind: PickleContainer.Kind, _ items: [PickleValue]) -> PickleValue {
        let container = PickleContainer(kind, items)
        containers.append(container)
        return .container(container)
    }

    private func append(_ items: [PickleValue]) throws(StateDictError) {
        if case .object = try top() { return }
        guard case .container(let target) = try top(), target.kind == .list || target.kind == .set
        else { throw damaged("it appends to \(try top().kindName)") }
        target.items += items
    }

    private func setItems(_ items: [PickleValue]) throws(StateDictError) {
        let target: PickleContainer
        switch try top() {
        case .container(let container) where container.kind == .dictionary: target = container
        case .object(let object): target = object.items
        default: throw damaged("it sets items of \(try top().kindName)")
        }
        guard items.count % 2 == 0 else { throw damaged("a key has no value") }
        for index in stride(from: 0, to: items.count, by: 2) {
            target.pairs.append((items[index], items[index + 1]))
        }
    }

    /// The state that follows an ordered dictionary (`_metadata`) or an object says nothing about
    /// the weights.
    private func build() throws(StateDictError) {
        _ = try pop()
        switch try top() {
        case .object, .ignored, .tensor: return
        case let value where value.dictionary != nil: return
        case let value: throw refused("a state for \(value.kindName)")
        }
    }

    // MARK: Numbers

    private func long(_ count: Int) throws(StateDictError) -> PickleValue {
        let bytes = try stream.bytes(count)
        guard count <= 8 else { return .bigInteger(Array(bytes)) }
        let isNegative = (bytes.last ?? 0) & 0x80 != 0
        let start: UInt64 = isNegative ? .max : 0
        let bits = bytes.reversed().reduce(start) { $0 << 8 | UInt64($1) }
        return .integer(Int(Int64(bitPattern: bits)))
    }

    private func skip(_ count: Int) throws(StateDictError) {
        _ = try stream.bytes(count)
        stack.append(.ignored)
    }

    // MARK: Names

    private func global(_ module: String, _ name: String) throws(StateDictError) -> PickleGlobal {
        guard let global = PickleGlobal(module: module, name: name) else {
            throw refused("\(module).\(name)")
        }
        return global
    }

    /// What a class makes without being called.
    private func made(
        of callee: PickleValue, _ arguments: PickleValue
    ) throws(StateDictError) -> PickleValue {
        guard case .global(let global) = callee else {
            throw refused("an object of \(callee.kindName)")
        }
        switch global {
        case .orderedDictionary, .dictionary: return container(.dictionary, [])
        case .passedOver, .set: return try reduce(callee, arguments)
        default: throw refused("an object of \(global.name)")
        }
    }

    private func reduce(
        _ callee: PickleValue, _ arguments: PickleValue
    ) throws(StateDictError) -> PickleValue {
        if case .object(let object) = callee { return .object(object) }
        guard case .global(let global) = callee, let arguments = arguments.tuple else {
            throw refused("a call of \(callee.kindName)")
        }
        switch global {
        case .dictionary: return container(.dictionary, [])
        case .passedOver(var name):
            // The class of an object is the first argument of what would make it.
            if name.hasSuffix("._reconstructor"),
                case .global(.passedOver(let own))? = arguments.first
            {
                name = own
            }
            // What only encodes bytes is part of other objects.
            if !name.hasPrefix("_codecs."), !name.hasPrefix("numpy."), passedOver.count < 1000,
                !passedOver.contains(name)
            {
                passedOver.append(name)
            }
            let items = PickleContainer(.dictionary)
            containers.append(items)
            return .object(PickleObject(className: name, items: items))
        case .rebuildFromType:
            guard arguments.count >= 3 else { throw damaged("a tensor is not described") }
            return try reduce(arguments[0], arguments[2])
        case .orderedDictionary:
            let dictionary = PickleContainer(.dictionary)
            containers.append(dictionary)
            let pairs = arguments.first?.sequence ?? []
            copiedPairs += pairs.count
            guard copiedPairs <= file.size else { throw damaged("it repeats itself too often") }
            for pair in pairs {
                guard let pair = pair.sequence, pair.count == 2 else {
                    throw damaged("an OrderedDict is made of something other than pairs")
                }
                dictionary.pairs.append((pair[0], pair[1]))
            }
            return .container(dictionary)
        case .set: return container(.set, arguments.first?.sequence ?? [])
        case .size: return container(.tuple, arguments.first?.sequence ?? [])
        case .device: return .ignored
        case .rebuildTensor: return .tensor(try tensor(arguments))
        case .rebuildParameter:
            guard case .tensor(let tensor)? = arguments.first else {
                throw damaged("a parameter is made of something other than a tensor")
            }
            return .tensor(tensor)
        case .storage, .elementType: throw refused("a call of \(global.name)")
        }
    }

    /// (storage, offset, size, strides, ...)
    private func tensor(_ arguments: [PickleValue]) throws(StateDictError) -> TensorReference {
        guard arguments.count >= 4, case .storage(let storage) = arguments[0],
            let offset = arguments[1].integer, let shape = integers(arguments[2]),
            let strides = integers(arguments[3])
        else { throw damaged("a tensor is made of something other than a storage and a shape") }
        guard let tensor = TensorReference(storage, offset: offset, shape: shape, strides: strides)
        else {
            throw damaged(
                "a tensor of shape \(shape), strides \(strides) and offset \(offset) reaches beyond "
                    + "its storage \(storage.key) of \(storage.part.count) elements")
        }
        return tensor
    }

    /// A storage, or in the older form the class of a module with its source:
    /// ("module", class, file, text).
    private func persistent(_ identifier: PickleValue) throws(StateDictError) -> PickleValue {
        if let fields = identifier.tuple, fields.count > 1, fields[0].text == "module",
            case .global = fields[1]
        {
            return fields[1]
        }
        return .storage(try storage(identifier))
    }

    /// ("storage", type, key, device, count, [part of another: (key, offset, count)])
    private func storage(_ identifier: PickleValue) throws(StateDictError) -> StorageReference {
        guard let fields = identifier.tuple, fields.count >= 5, fields[0].text == "storage",
            case .global(.storage(let dtype)) = fields[1],
            let key = fields[2].text, let count = fields[4].integer,
            count >= 0, count <= file.size / dtype.byteSize
        else { throw damaged("a storage is not described as torch.save does, or too large") }
        var part = 0 ..< count
        if fields.count > 5, let view = fields[5].tuple {
            guard view.count == 3, let start = view[1].integer, let size = view[2].integer,
                start >= 0, size >= 0, start <= count, size <= count - start
            else { throw damaged("a part of storage \(key) reaches beyond it") }
            part = start ..< start + size
        }
        storageWidths[key] = dtype.byteSize
        return StorageReference(key: key, dtype: dtype, rootCount: count, part: part)
    }

    private func integers(_ value: PickleValue) -> [Int]? {
        guard let items = value.tuple, items.count <= 64 else { return nil }
        let integers = items.compactMap(\.integer)
        return integers.count == items.count ? integers : nil
    }

    // MARK: Errors

    private var file: InputFile { stream.file }

    private func damaged(_ what: String) -> StateDictError {
        file.refused("its pickle is damaged: \(what)")
    }

    private func refused(_ what: String) -> StateDictError {
        file.refused(
            "its pickle asks for \(what), which is refused: only tensors and containers are read, "
                + "and nothing is run. \(StateDictSearch.advice)"
        )
    }
}
