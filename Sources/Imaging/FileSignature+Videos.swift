/// Videos in forms that are not read, and lists of videos.
extension FileSignature {
    static let videos = [
        KnownSignature("a RealMedia video", ".RMF", convert),
        KnownSignature(
            "an MXF video", [0x06, 0x0E, 0x2B, 0x34, 0x02, 0x05, 0x01, 0x01, 0x0D, 0x01], convert),
        KnownSignature("an IVF video", "DKIF", convert),
        KnownSignature("a NUT video", "nut/multimedia container", convert),
        KnownSignature("a raw video (Y4M)", "YUV4MPEG2 ", convert),
        KnownSignature("a DV recording", convert) {
            $0.starts(with: [0x1F, 0x07, 0x00]) && $0.count > 3 && $0[3] & 0x7F == 0x3F
        },
        KnownSignature("a raw H.264 or H.265 stream", convert) { bytes in
            let start = bytes.starts(with: [0, 0, 0, 1]) ? bytes.dropFirst(4) : bytes.dropFirst(3)
            // The first unit is a delimiter or what the stream's pictures are like.
            let first: Set<UInt8> = [0x09, 0x27, 0x47, 0x67, 0x40, 0x42, 0x46]
            return (bytes.starts(with: [0, 0, 0, 1]) || bytes.starts(with: [0, 0, 1]))
                && start.first.map(first.contains) == true
        },
        KnownSignature("a playlist", text: ["#extm3u", "[playlist]", "ffconcat", "<asx"], list),
        KnownSignature("a playlist", list) {
            $0.first == UInt8(ascii: "<") && String(decoding: $0, as: UTF8.self).contains("<MPD")
        },
    ]

    private static let convert = "Convert it: ffmpeg -i FILE clip.mp4"
    private static let list = "Give the videos that it names."
}
