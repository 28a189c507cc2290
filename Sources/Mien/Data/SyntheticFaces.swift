internal import Evaluation

/// Drawn faces in the seven expressions of FER-2013, for trying out the whole pipeline where no
/// data set is at hand. They are not photographs, and what a model reaches on them says nothing
/// about real faces.
///
/// A face is a function of the seed and its index alone, the same on every machine: it is made
/// with additions, multiplications, divisions and square roots only.
///
///     let face = SyntheticFaces(seed: 7).face(at: 0)
public struct SyntheticFaces: Sendable {
    /// Pixels along each side of a face.
    public static let side = 48
    /// Neighbouring indices that show the same person.
    public static let facesPerPerson = 8
    /// How often each expression is drawn, in the order of FER-2013: angry, disgust, fear, happy,
    /// sad, surprise, neutral. These are the shares of the 35,887 rows of FER-2013.
    public static let shares = [0.138, 0.015, 0.143, 0.250, 0.169, 0.112, 0.173]

    /// A drawn face with its label, votes and parts.
    public struct Face: Sendable, Equatable {
        /// 48 x 48 grey values, row after row.
        public let pixels: [UInt8]
        /// 0 angry, 1 disgust, 2 fear, 3 happy, 4 sad, 5 surprise, 6 neutral, as in FER-2013.
        public let expressionIndex: Int
        /// Faces of one person share this number, their features, hair and glasses.
        public let person: Int
        public let landmarks: Landmarks
    }

    /// Where the parts that carry the expression lie.
    public struct Landmarks: Sendable, Equatable {
        /// Each holds the left and the right one.
        public let brows, eyes, mouth: Rectangle
    }

    /// In pixels from the top left, inside the image.
    public struct Rectangle: Sendable, Equatable {
        public let left, top, width, height: Int

        public init(left: Int, top: Int, width: Int, height: Int) {
            (self.left, self.top, self.width, self.height) = (left, top, width, height)
        }

        /// Whether a pixel lies within the part.
        public func contains(x: Int, y: Int) -> Bool {
            left ..< left + width ~= x && top ..< top + height ~= y
        }
    }

    public let seed: UInt64

    public init(seed: UInt64) {
        self.seed = seed
    }

    /// - Precondition: `index` is 0 or more.
    public func face(at index: Int) -> Face {
        precondition(index >= 0, "a face has an index of at least 0, got \(index)")
        let person = index / Self.facesPerPerson
        var personGenerator = SeededGenerator(seed: seed, stream: 1, UInt64(person))
        var generator = SeededGenerator(seed: seed, stream: 2, UInt64(index))
        let features = FaceFeatures(using: &personGenerator)
        let expression = Self.expression(using: &generator)
        let muscles = FaceMuscles(expression: expression, of: features, using: &generator)
        let shot = FaceShot(using: &generator)
        var drawing = FaceDrawing(features, muscles, shot)
        drawing.draw()
        return Face(
            pixels: drawing.developed(using: &generator), expressionIndex: expression,
            person: person, landmarks: drawing.landmarks)
    }

    /// The indices of a split into so many faces each. No person is in two of the ranges.
    public static func ranges(
        train: Int, valid: Int, test: Int
    ) -> (train: Range<Int>, valid: Range<Int>, test: Range<Int>) {
        precondition(
            train >= 0 && valid >= 0 && test >= 0,
            "a split has at least 0 faces, got \(train), \(valid), \(test)")
        func firstOfNewPerson(after end: Int) -> Int {
            (end + facesPerPerson - 1) / facesPerPerson * facesPerPerson
        }
        let validStart = firstOfNewPerson(after: train)
        let testStart = firstOfNewPerson(after: validStart + valid)
        return (
            0 ..< train, validStart ..< validStart + valid, testStart ..< testStart + test
        )
    }

    /// Writes the faces as a FER-2013 csv with the usages Training, PublicTest and PrivateTest;
    /// a further column, `synthetic`, tells them from real ones. The bytes come in pieces of whole lines.
    public func writeFERCSV(
        train: Int, valid: Int, test: Int, to write: ([UInt8]) throws -> Void
    ) rethrows {
        let ranges = Self.ranges(train: train, valid: valid, test: test)
        try write(Array("emotion,pixels,Usage,synthetic\n".utf8))
        let numbers = (0 ... 255).map { Array(String($0).utf8) }
        for (indices, usage) in [
            (ranges.train, "Training"), (ranges.valid, "PublicTest"), (ranges.test, "PrivateTest"),
        ] {
            for index in indices {
                let face = face(at: index)
                var line = numbers[face.expressionIndex]
                line.reserveCapacity(4 * face.pixels.count + 32)
                var separator = UInt8(ascii: ",")
                for pixel in face.pixels {
                    line.append(separator)
                    line.append(contentsOf: numbers[Int(pixel)])
                    separator = UInt8(ascii: " ")
                }
                line.append(contentsOf: ",\(usage),1\n".utf8)
                try write(line)
            }
        }
    }

    private static func expression(using generator: inout SeededGenerator) -> Int {
        var rest = generator.uniform()
        for (index, share) in shares.enumerated() {
            rest -= share
            if rest < 0 { return index }
        }
        return shares.count - 1
    }
}

extension SeededGenerator {
    mutating func float(_ low: Float, _ high: Float) -> Float {
        low + (high - low) * Float(uniform())
    }

    /// A number between `-width` and `width`, near 0 more often than not.
    mutating func spread(_ width: Float) -> Float {
        width * Float(uniform() + uniform() - 1)
    }

    mutating func chance(_ probability: Double) -> Bool {
        uniform() < probability
    }
}
