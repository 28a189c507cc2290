public import Foundation
public import Imaging
import Mien

/// Pictures of faces that Mien draws, which the detector takes for faces too.
public enum DrawnPhotos {
    /// Whether the detector's model is at hand; its tests are skipped where it is not.
    public static let hasDetector = (try? FaceDetector.locateModel()) != nil
    public static let missing = "the face detector's model is not at hand: make setup"

    /// A grey picture with drawn faces, each `side` pixels large, at its places.
    public static func photo(
        width: Int, height: Int, side: Int, at places: [(left: Int, top: Int)]
    ) -> Image {
        var photo = Image(width: width, height: height, channels: 1, filledWith: 128)
        let faces = SyntheticFaces(seed: 1)
        for (index, place) in places.enumerated() {
            // Faces 3 and 8 are among those that the detector is surest of.
            let face = Image(
                width: 48, height: 48, channels: 1, pixels: faces.face(at: 3 + 5 * index).pixels
            ).resized(width: side, height: side)
            for row in 0 ..< side {
                let start = (place.top + row) * width + place.left
                photo.pixels.replaceSubrange(
                    start ..< start + side, with: face.pixels[row * side ..< (row + 1) * side])
            }
        }
        return photo
    }

    /// A video of a face that wanders to the right, ten frames a second.
    public static func video(frames: Int) throws -> Data {
        let (width, height) = (320, 240)
        return try motionJPEG(
            (0 ..< frames).map { frame in
                photo(
                    width: width, height: height, side: 160, at: [(left: 20 + 4 * frame, top: 40)])
            }, width: width, height: height)
    }

    /// An AVI file of JPEG pictures.
    private static func motionJPEG(_ frames: [Image], width: Int, height: Int) throws -> Data {
        func words(_ values: [Int]) -> Data {
            values.reduce(into: Data()) { data, value in
                withUnsafeBytes(of: Int32(value).littleEndian) { data.append(contentsOf: $0) }
            }
        }
        func chunk(_ name: String, _ content: Data) -> Data {
            let padding = Data(repeating: 0, count: content.count % 2)
            return Data(name.utf8) + words([content.count]) + content + padding
        }
        func list(_ name: String, _ content: Data) -> Data {
            chunk("LIST", Data(name.utf8) + content)
        }
        let pictures = try frames.map { Data(try $0.encoded(as: .jpeg(quality: 95))) }
        let header = words(
            [100_000, 0, 0, 0x10, frames.count, 0, 1, 0, width, height, 0, 0, 0, 0])
        let stream =
            Data("vidsMJPG".utf8) + words([0, 0, 0, 1, 10, 0, frames.count, 0, -1, 0, 0, 0])
        let format =
            words([40, width, height, 1 | 24 << 16]) + Data("MJPG".utf8)
            + words([3 * width * height, 0, 0, 0, 0])
        let streams = list("strl", chunk("strh", stream) + chunk("strf", format))
        let content =
            list("hdrl", chunk("avih", header) + streams)
            + list("movi", pictures.reduce(Data()) { $0 + chunk("00dc", $1) })
        return chunk("RIFF", Data("AVI ".utf8) + content)
    }
}
