public import Mien

/// The action units that readers know, by number.
public enum ActionUnits {
    /// With an intensity of 0 to 5 in OpenFace 2 or in the CLNF files of DAIC-WOZ.
    public static let intensities = [
        1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 45,
    ]
    /// With a presence of 0 or 1.
    public static let presences = [
        1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 28, 45,
    ]
    /// Intensities that both DAIC-WOZ and E-DAIC have.
    public static let common = [1, 2, 4, 5, 6, 9, 10, 12, 14, 15, 17, 20, 25, 26]
}

/// The activity of a face in one frame of a video; `nan` where a value is missing.
public struct FaceFrame: Sendable, Equatable {
    /// Since the start of the recording, in seconds.
    public var seconds = 0.0
    /// The tracker's confidence, 0 to 1.
    public var confidence = Double.nan
    public var isTracked = false
    /// In the order of ``ActionUnits/intensities``.
    public var intensities = [Double](repeating: .nan, count: ActionUnits.intensities.count)
    /// In the order of ``ActionUnits/presences``.
    public var presences = [Double](repeating: .nan, count: ActionUnits.presences.count)
    /// Tx, Ty, Tz in millimetres, Rx, Ry, Rz in radians.
    public var pose = [Double](repeating: .nan, count: 6)
    /// The mean direction of both eyes: right and down are positive, in radians.
    public var gazeAngles = [Double](repeating: .nan, count: 2)
}
