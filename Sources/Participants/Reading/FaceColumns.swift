import Foundation
import Mien

/// Where the values of a frame stand in a file of OpenFace or of CLNF, whatever its version calls
/// them.
struct FaceColumns {
    private enum Target {
        case frame, seconds, confidence, success
        case intensity(Int), presence(Int), pose(Int), gaze(Int), gazeAngle(Int)
    }

    private var targets: [Target] = []
    private(set) var positions: [Int] = []
    private(set) var frameNumber = 0.0

    /// - Parameter needs: a kind of value that the file must hold, for the message.
    init(_ header: CSVHeader, file: String, needs: String) throws(DataError) {
        for (position, name) in header.names.enumerated() {
            guard let target = Self.target(of: name, in: needs) else { continue }
            targets.append(target)
            positions.append(position)
        }
        let names = Set(header.names.map(Self.plain))
        for (word, spellings) in [
            ("timestamp", ["timestamp", "time"]),
            ("success", ["success", "detectionsuccess", "detectedsuccess"]),
        ] where names.isDisjoint(with: spellings) {
            throw DataError(
                .unknownForm, file: file, line: header.line, column: word,
                found: "only the columns \(header.names.listed(separator: ","))",
                expected: "a column \(word)")
        }
        let hasValues = targets.contains {
            switch $0 {
            case .intensity, .presence: needs == "action units"
            case .pose: needs == "head pose"
            case .gaze, .gazeAngle: needs == "gaze"
            default: false
            }
        }
        guard hasValues else {
            throw DataError(
                .unknownForm, file: file, line: header.line,
                found: "no column of \(needs) among \(header.names.listed(separator: ","))",
                expected: "columns of \(needs)")
        }
    }

    /// Puts the values of a row into a frame; those without a column stay.
    mutating func fill(_ frame: inout FaceFrame, from values: [Double]) {
        var gaze = [Double](repeating: .nan, count: 6)
        for (target, value) in zip(targets, values) {
            switch target {
            case .frame: frameNumber = value
            case .seconds: frame.seconds = value
            case .confidence: frame.confidence = value
            case .success: frame.isTracked = value == 1
            case .intensity(let index): frame.intensities[index] = value
            case .presence(let index): frame.presences[index] = value
            case .pose(let index): frame.pose[index] = value
            case .gaze(let index): gaze[index] = value
            case .gazeAngle(let index): frame.gazeAngles[index] = value
            }
        }
        guard gaze.allSatisfy(\.isFinite) else { return }
        let (x, y, z) = (gaze[0] + gaze[3], gaze[1] + gaze[4], gaze[2] + gaze[5])
        guard x != 0 || y != 0 || z != 0 else { return }
        frame.gazeAngles = [atan2(x, -z), atan2(y, -z)]
    }

    private static func plain(_ name: String) -> String {
        String(name.lowercased().unicodeScalars.filter { $0 != " " && $0 != "_" })
    }

    private static let byName: [String: Target] = {
        var table: [String: Target] = [
            "frame": .frame, "timestamp": .seconds, "time": .seconds,
            "confidence": .confidence, "success": .success, "detectionsuccess": .success,
            "detectedsuccess": .success,
            "gazeanglex": .gazeAngle(0), "gazeangley": .gazeAngle(1),
        ]
        for (index, name) in ["x0", "y0", "z0", "x1", "y1", "z1"].enumerated() {
            table["gaze" + String(name.reversed())] = .gaze(index)
        }
        for (index, name) in ["tx", "ty", "tz", "rx", "ry", "rz"].enumerated() {
            table[name] = .pose(index)
            table["pose" + name] = .pose(index)
        }
        for (index, unit) in ActionUnits.intensities.enumerated() {
            table[String(format: "au%02dr", unit)] = .intensity(index)
        }
        for (index, unit) in ActionUnits.presences.enumerated() {
            table[String(format: "au%02dc", unit)] = .presence(index)
        }
        return table
    }()

    /// Landmarks of OpenFace are called x_0 as well: in files of gaze alone this is the gaze.
    private static func target(of name: String, in needs: String) -> Target? {
        let own: [String: Target] =
            switch needs {
            // The manual of DAIC-WOZ prints the translation so.
            case "head pose": ["X": .pose(0), "Y": .pose(1), "Z": .pose(2)]
            case "gaze":
                [
                    "x_0": .gaze(0), "y_0": .gaze(1), "z_0": .gaze(2), "x_1": .gaze(3),
                    "y_1": .gaze(4), "z_1": .gaze(5),
                ]
            default: [:]
            }
        return own[name] ?? byName[plain(name)]
    }
}
