// The format: PKWARE's APPNOTE.TXT 6.3, sections 4.3 to 4.5. Only what torch.save writes: stored
// (uncompressed) records, found through the central directory, with or without zip64.

/// The records of a zip file, read one by one with their checksums verified.
struct ZipArchive {
    struct Record {
        let size: Int
        /// Neither compressed nor encrypted.
        fileprivate let isStored: Bool
        fileprivate let checksum: UInt32
        fileprivate let headerOffset: Int
    }

    private(set) var records: [String: Record] = [:]
    private let file: InputFile
    private let verifiesChecksums: Bool

    init(_ file: InputFile, verifyingChecksums: Bool) throws(StateDictError) {
        self.file = file
        verifiesChecksums = verifyingChecksums
        let directory = try ZipArchive.findDirectory(of: file)
        let bytes = try file.read(
            "the zip directory", count: directory.size, at: directory.offset)
        var position = 0
        var total = 0
        while position < bytes.count {
            let (name, record, next) = try ZipArchive.parse(bytes, at: position, of: file)
            guard records.updateValue(record, forKey: name) == nil else {
                throw file.refused("the zip directory names \(name) twice")
            }
            total += record.size
            guard total <= file.size else {
                throw file.refused("the records of the zip file overlap")
            }
            position = next
        }
        guard records.count == directory.count else {
            throw file.refused(
                "the zip directory has \(records.count) records, \(directory.count) were announced")
        }
    }

    /// The bytes of a record.
    func read(_ name: String) throws(StateDictError) -> [UInt8] {
        guard let record = records[name] else {
            throw file.refused("the zip file has no record \(name)")
        }
        guard record.isStored else {
            throw file.refused(
                "the record \(name) is compressed or encrypted, which torch.save never does; "
                    + "load the file in PyTorch and save it again",
                isForeign: !name.hasSuffix("/data.pkl") && !name.contains("/data/"))
        }
        let header = try file.read("the header of \(name)", count: 30, at: record.headerOffset)
        guard header.number(at: 0, count: 4) == 0x0403_4B50 else {
            throw file.refused("no zip record begins where \(name) should")
        }
        let skipped = Int(header.number(at: 26, count: 2) + header.number(at: 28, count: 2))
        let bytes = try file.read(
            name, count: record.size, at: record.headerOffset + 30 + skipped)
        guard !verifiesChecksums || CRC32.zip.checksum(bytes) == record.checksum else {
            throw file.refused(
                "\(name) is damaged: its CRC32 is not the one in the zip directory. "
                    + "Download or copy the file again")
        }
        return bytes
    }

    private static func findDirectory(
        of file: InputFile
    ) throws(StateDictError) -> (offset: Int, size: Int, count: Int) {
        let longest = 22 + 65_535
        let tailStart = max(0, file.size - longest)
        let tail = try file.read("the end", count: file.size - tailStart, at: tailStart)
        var found: Int?
        for start in stride(from: tail.count - 22, through: 0, by: -1)
        where tail.number(at: start, count: 4) == 0x0605_4B50
            && start + 22 + Int(tail.number(at: start + 20, count: 2)) == tail.count
        {
            found = start
            break
        }
        guard let found else {
            throw file.refused(
                "the zip directory at the end of the file is missing; the file is cut short")
        }
        let end = tailStart + found
        if let large = try findLargeDirectory(of: file, before: end) { return large }
        return (
            offset: Int(tail.number(at: found + 16, count: 4)),
            size: Int(tail.number(at: found + 12, count: 4)),
            count: Int(tail.number(at: found + 10, count: 2))
        )
    }

    /// The zip64 directory, if there is one.
    private static func findLargeDirectory(
        of file: InputFile, before end: Int
    ) throws(StateDictError) -> (offset: Int, size: Int, count: Int)? {
        guard end >= 20 else { return nil }
        let locator = try file.read("the zip64 locator", count: 20, at: end - 20)
        guard locator.number(at: 0, count: 4) == 0x0706_4B50 else { return nil }
        let place = try integer(locator, at: 8, of: file)
        let record = try file.read("the zip64 directory", count: 56, at: place)
        guard record.number(at: 0, count: 4) == 0x0606_4B50 else {
            throw file.refused("no zip64 directory stands where it should")
        }
        return (
            offset: try integer(record, at: 48, of: file),
            size: try integer(record, at: 40, of: file),
            count: try integer(record, at: 32, of: file)
        )
    }

    /// One record of the directory and where the next begins.
    private static func parse(
        _ bytes: [UInt8], at start: Int, of file: InputFile
    ) throws(StateDictError) -> (String, Record, Int) {
        guard bytes.count - start >= 46, bytes.number(at: start, count: 4) == 0x0201_4B50 else {
            throw file.refused("the zip directory is damaged")
        }
        let nameEnd = start + 46 + Int(bytes.number(at: start + 28, count: 2))
        let extraEnd = nameEnd + Int(bytes.number(at: start + 30, count: 2))
        let next = extraEnd + Int(bytes.number(at: start + 32, count: 2))
        guard next <= bytes.count else { throw file.refused("the zip directory is cut short") }
        let name = String(decoding: bytes[start + 46 ..< nameEnd], as: UTF8.self)
        let flags = bytes.number(at: start + 8, count: 2)
        let method = bytes.number(at: start + 10, count: 2)
        let isStored = method == 0 && flags & 1 == 0
        // Numbers that do not fit into 32 bits stand in the zip64 field, in this order.
        var sizes = [24, 20, 42].map { bytes.number(at: start + $0, count: 4) }
        var wide = zip64Field(bytes[nameEnd ..< extraEnd])
        for index in sizes.indices where sizes[index] == 0xFFFF_FFFF {
            guard wide.count >= 8 else {
                throw file.refused("the zip64 sizes of \(name) are missing")
            }
            sizes[index] = Array(wide).number(at: 0, count: 8)
            wide = wide.dropFirst(8)
        }
        guard !isStored || sizes[0] == sizes[1], sizes.allSatisfy({ $0 <= UInt64(file.size) })
        else {
            throw file.refused("the record \(name) reaches beyond the end of the file")
        }
        let checksum = UInt32(truncatingIfNeeded: bytes.number(at: start + 16, count: 4))
        let record = Record(
            size: Int(sizes[1]), isStored: isStored, checksum: checksum, headerOffset: Int(sizes[2])
        )
        return (name, record, next)
    }

    private static func zip64Field(_ extra: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = extra
        while rest.count >= 4 {
            let head = Array(rest.prefix(4))
            let size = Int(head.number(at: 2, count: 2))
            let body = rest.dropFirst(4).prefix(size)
            if head.number(at: 0, count: 2) == 1 { return body }
            rest = rest.dropFirst(4 + size)
        }
        return []
    }

    private static func integer(
        _ bytes: [UInt8], at offset: Int, of file: InputFile
    ) throws(StateDictError) -> Int {
        let value = bytes.number(at: offset, count: 8)
        guard value <= UInt64(file.size) else {
            throw file.refused("the zip64 directory points beyond the end of the file")
        }
        return Int(value)
    }
}
