public import Foundation

// torch.save writes one of two forms (torch/serialization.py). Since PyTorch 1.6: a zip file with
// NAME/data.pkl and one stored record NAME/data/KEY per storage. Before: pickles of a magic number,
// a version, facts of the machine, the object and the list of storage keys, then per key its
// number of elements (8 bytes) and the elements.

extension StateDict {
    /// Reads a `.safetensors` or a `.pth` file, whichever it is by its content, or the files that an
    /// index such as `model.safetensors.index.json` names.
    public init(contentsOf url: URL) throws(StateDictError) {
        guard !Self.isIndex(url) else {
            try self.init(index: url)
            return
        }
        let file = try InputFile(path: url.path)
        if try PthFile.isPth(file) {
            self = try PthFile.read(file)
        } else {
            try self.init(safetensors: url)
        }
    }

    /// Reads the tensors of a `.pth` file of PyTorch, of either form, without Python.
    ///
    /// A checkpoint is searched for its weights; the prefix `module.` of parallel training is
    /// dropped; entries that are no tensors are passed over. ``notes`` says what was done.
    public init(pth url: URL) throws(StateDictError) {
        self = try PthFile.read(InputFile(path: url.path))
    }

    /// Reads the bytes of a `.pth` file.
    /// - Parameter name: stands for the path in errors.
    package init(
        pthBytes bytes: [UInt8], name: String, verifyingChecksums: Bool = true
    ) throws(StateDictError) {
        self = try PthFile.read(
            InputFile(bytes: bytes, name: name), verifyingChecksums: verifyingChecksums)
    }
}

enum PthFile {
    /// 0x1950A86A20F9469CFC6C, little-endian.
    private static let magic: [UInt8] = [
        0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
    ]

    /// Whether the first bytes are those of either form.
    static func isPth(_ file: InputFile) throws(StateDictError) -> Bool {
        if try isZip(file) { return true }
        return try isLegacy(file)
    }

    static func isZip(_ file: InputFile) throws(StateDictError) -> Bool {
        guard file.size >= 4 else { return false }
        return try file.read("the first bytes", count: 4, at: 0) == Array("PK\u{3}\u{4}".utf8)
    }

    static func isLegacy(_ file: InputFile) throws(StateDictError) -> Bool {
        guard file.size >= 14 else { return false }
        let head = try file.read("the first bytes", count: 14, at: 0)
        return head[0] == 0x80 && Array(head[4...]) == magic
    }

    static func read(
        _ file: InputFile, verifyingChecksums: Bool = true
    ) throws(StateDictError) -> StateDict {
        if try isZip(file) {
            return try readZip(file, verifyingChecksums: verifyingChecksums)
        }
        guard try isLegacy(file) else {
            throw file.refused(
                "not a .pth file: neither the zip form nor the older form of torch.save",
                isForeign: true)
        }
        return try readLegacy(file)
    }

    private static func readZip(
        _ file: InputFile, verifyingChecksums: Bool
    ) throws(StateDictError) -> StateDict {
        let archive = try ZipArchive(file, verifyingChecksums: verifyingChecksums)
        let pickles = archive.records.keys.filter { $0.hasSuffix("/data.pkl") }
        guard let pickle = pickles.first, pickles.count == 1,
            !archive.records.keys.contains(where: { $0.hasSuffix("/constants.pkl") })
        else { throw other(archive.records.keys, of: file) }
        let folder = pickle.dropLast("data.pkl".count)
        if archive.records["\(folder)byteorder"] != nil,
            try archive.read("\(folder)byteorder") != Array("little".utf8)
        {
            throw file.refused("its numbers are big-endian, which is not read")
        }
        let unpickler = Unpickler(PickleStream(try archive.read(pickle), of: file))
        let root = try unpickler.load()
        let found = try StateDictSearch.tensors(
            in: root, of: file, passedOver: unpickler.passedOver)
        return try materialize(found, of: file) { storage throws(StateDictError) in
            try archive.read("\(folder)data/\(storage.key)")
        }
    }

    private static func readLegacy(_ file: InputFile) throws(StateDictError) -> StateDict {
        let stream = PickleStream(startOf: file)
        let unpickler = Unpickler(stream)
        guard case .bigInteger(magic) = try unpickler.load() else {
            throw file.refused("not a .pth file: its magic number is wrong")
        }
        guard let version = try unpickler.load().integer, version == 1001 else {
            throw file.refused("its version of the older .pth form is not 1001")
        }
        for (key, value) in try unpickler.load().dictionary ?? [] where key.text == "little_endian"
        {
            guard case .bool(true) = value else {
                throw file.refused("its numbers are big-endian, which is not read")
            }
        }
        let root = try unpickler.load()
        let found = try StateDictSearch.tensors(
            in: root, of: file, passedOver: unpickler.passedOver)
        guard let keys = try unpickler.load().sequence else {
            throw file.refused("its list of storages is missing")
        }
        let widths = unpickler.storageWidths
        var places: [String: Range<Int>] = [:]
        var position = stream.offset
        for key in keys {
            guard let key = key.text, let width = widths[key] else {
                throw file.refused("its list of storages names one that no tensor uses")
            }
            let count = try file.read("storage \(key)", count: 8, at: position)
                .number(at: 0, count: 8)
            guard count <= UInt64(file.size / width) else {
                throw file.refused("storage \(key) reaches beyond the end of the file")
            }
            places[key] = position + 8 ..< position + 8 + Int(count) * width
            position += 8 + Int(count) * width
        }
        return try materialize(found, of: file) { storage throws(StateDictError) in
            guard let place = places[storage.key] else {
                throw file.refused("storage \(storage.key) is missing")
            }
            return try file.read("storage \(storage.key)", count: place.count, at: place.lowerBound)
        }
    }

    /// What a zip file is that holds no dictionary of weights.
    private static func other(
        _ records: some Collection<String>, of file: InputFile
    ) -> StateDictError {
        func has(_ suffix: String) -> Bool { records.contains { $0.hasSuffix(suffix) } }
        if has("/constants.pkl") {
            return file.refused(
                "it is a TorchScript program, not weights. Save its weights, in Python: "
                    + "torch.save(torch.jit.load(FILE).state_dict(), 'weights.pth')")
        }
        if has("/archive_format") || has("/model.json") {
            return file.refused(
                "it is a program of torch.export, not weights. Save its weights, in Python: "
                    + "torch.save(torch.export.load(FILE).state_dict, 'weights.pth')")
        }
        if has(".npy") { return file.refused("it is an archive of NumPy arrays, not a .pth file") }
        return file.refused(
            "not a .pth file: it is a zip archive of \(records.count) other files", isForeign: true)
    }

    private static func materialize(
        _ found: (tensors: StateDictSearch.Named, notes: [String]), of file: InputFile,
        _ load: (StorageReference) throws(StateDictError) -> [UInt8]
    ) throws(StateDictError) -> StateDict {
        // Views may share storages and repeat elements, but weights never grow like this.
        let limit = 16 * file.size
        var total = 0
        for (name, reference) in found.tensors {
            guard reference.byteCount <= limit - total else {
                throw file.refused("its tensors up to \(name) would take over \(limit) bytes")
            }
            total += reference.byteCount
        }
        var storages: [String: [UInt8]] = [:]
        var result = StateDict()
        result.notes = found.notes
        for (name, reference) in found.tensors {
            let storage = reference.storage
            let bytes: [UInt8]
            if let known = storages[storage.key] {
                bytes = known
            } else {
                bytes = try load(storage)
                storages[storage.key] = bytes
            }
            guard bytes.count >= storage.rootCount * storage.dtype.byteSize else {
                throw file.refused(
                    "storage \(storage.key) has \(bytes.count) bytes, tensor \(name) needs "
                        + "\(storage.rootCount * storage.dtype.byteSize)")
            }
            result[name] = reference.materialized(from: bytes)
        }
        return result
    }
}
