internal import Foundation

/// A place in an image, in pixels: x to the right, y down, (0, 0) the top left corner of the first
/// pixel, whose centre is (0.5, 0.5).
public struct Point: Codable, Hashable, Sendable {
    public var x: Double
    public var y: Double

    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }

    /// The distance to another point.
    public func distance(to other: Point) -> Double { hypot(other.x - x, other.y - y) }

    func middle(to other: Point) -> Point {
        Point(x: (x + other.x) / 2, y: (y + other.y) / 2)
    }

    func scaled(by factor: Double) -> Point { Point(x: x * factor, y: y * factor) }
}

/// An upright rectangle in an image, in pixels. It may leave the image.
public struct Rectangle: Codable, Hashable, Sendable {
    public var left: Double
    public var top: Double
    public var width: Double
    public var height: Double

    public init(left: Double, top: Double, width: Double, height: Double) {
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }

    public var right: Double { left + width }
    public var bottom: Double { top + height }
    public var area: Double { width * height }
    public var centre: Point { Point(x: left + width / 2, y: top + height / 2) }

    /// What both cover; nil when that is nothing.
    public func intersection(_ other: Rectangle) -> Rectangle? {
        let (left, top) = (max(left, other.left), max(top, other.top))
        let width = min(right, other.right) - left
        let height = min(bottom, other.bottom) - top
        guard width > 0, height > 0 else { return nil }
        return Rectangle(left: left, top: top, width: width, height: height)
    }

    /// Intersection over union, 0...1.
    public func overlap(with other: Rectangle) -> Double {
        guard let common = intersection(other)?.area else { return 0 }
        return common / (area + other.area - common)
    }

    /// All coordinates times `factor`.
    public func scaled(by factor: Double) -> Rectangle {
        Rectangle(
            left: left * factor, top: top * factor, width: width * factor, height: height * factor)
    }
}

/// A rotation with one scale and a shift:
/// x' = along * x - across * y + shiftX, y' = across * x + along * y + shiftY.
public struct Similarity: Codable, Hashable, Sendable {
    public var along: Double
    public var across: Double
    public var shiftX: Double
    public var shiftY: Double

    public init(along: Double, across: Double, shiftX: Double, shiftY: Double) {
        self.along = along
        self.across = across
        self.shiftX = shiftX
        self.shiftY = shiftY
    }

    public static let identity = Similarity(along: 1, across: 0, shiftX: 0, shiftY: 0)

    public var scale: Double { hypot(along, across) }

    /// Counter-clockwise as seen, -180...180.
    public var rotationDegrees: Double { -atan2(across, along) * 180 / .pi }

    /// The point that the transform maps a point to.
    public func callAsFunction(_ point: Point) -> Point {
        Point(
            x: along * point.x - across * point.y + shiftX,
            y: across * point.x + along * point.y + shiftY)
    }

    /// The way back.
    ///
    /// - Precondition: a scale other than 0.
    public func inverted() -> Similarity {
        let square = along * along + across * across
        precondition(square > 0, "a similarity of scale 0 has no inverse")
        let (along, across) = (along / square, -across / square)
        return Similarity(
            along: along, across: across, shiftX: across * shiftY - along * shiftX,
            shiftY: -across * shiftX - along * shiftY)
    }

    /// The same, its results times `factor`.
    public func scaled(by factor: Double) -> Similarity {
        Similarity(
            along: along * factor, across: across * factor, shiftX: shiftX * factor,
            shiftY: shiftY * factor)
    }
}
