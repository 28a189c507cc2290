import Mien
import Testing

struct SyntheticFacesTests {
    private let faces = SyntheticFaces(seed: 7)

    /// FNV-1a over the first ten faces: they are the same on every machine.
    @Test func facesAreAFunctionOfSeedAndIndex() {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in 0 ..< 10 {
            let face = faces.face(at: index)
            #expect(face == faces.face(at: index))
            for byte in face.pixels + [UInt8(face.expressionIndex)] {
                hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
            }
        }
        #expect(hash == 3_482_713_832_653_712_297)
        #expect(SyntheticFaces(seed: 8).face(at: 0) != faces.face(at: 0))
    }

    @Test func expressionsComeInTheSharesOfFER2013() {
        let count = 1400
        var seen = [Int](repeating: 0, count: 7)
        for index in 0 ..< count {
            seen[faces.face(at: index).expressionIndex] += 1
        }
        for (share, found) in zip(SyntheticFaces.shares, seen) {
            // Four standard deviations of the binomial distribution.
            let deviation = (share * (1 - share) / Double(count)).squareRoot()
            #expect(abs(Double(found) / Double(count) - share) < 4 * deviation, "\(seen)")
        }
    }

    @Test func noPersonIsOnTwoSidesOfASplit() {
        let ranges = SyntheticFaces.ranges(train: 101, valid: 13, test: 30)
        #expect(ranges.train.count == 101 && ranges.valid.count == 13 && ranges.test.count == 30)
        let people = [ranges.train, ranges.valid, ranges.test].map { range in
            Set(range.map { faces.face(at: $0).person })
        }
        #expect(people[0].isDisjoint(with: people[1]))
        #expect(people[1].isDisjoint(with: people[2]))
        #expect(people[0].isDisjoint(with: people[2]))
        #expect(people[0].count == 13, "eight faces of each person")
    }

    /// Mean mouths, in grey levels: a happy and a sad one differ clearly, a sad and a neutral one
    /// less.
    @Test func expressionsDifferWhereTheyShould() {
        var sums = [[Double]](repeating: [Double](repeating: 0, count: 48 * 48), count: 7)
        var counts = [Double](repeating: 0, count: 7)
        for index in 0 ..< 1600 {
            let face = faces.face(at: index)
            counts[face.expressionIndex] += 1
            for (position, pixel) in face.pixels.enumerated() {
                sums[face.expressionIndex][position] += Double(pixel)
            }
        }
        func difference(_ first: Int, _ second: Int, rows: Range<Int>) -> Double {
            let pixels = rows.flatMap { row in (16 ..< 32).map { row * 48 + $0 } }
            let values = pixels.map {
                sums[first][$0] / counts[first] - sums[second][$0] / counts[second]
            }
            let mean = values.reduce(0, +) / Double(values.count)
            let squares = values.map { ($0 - mean) * ($0 - mean) }
            return (squares.reduce(0, +) / Double(values.count)).squareRoot()
        }
        let (happy, sad, surprise, neutral) = (3, 4, 5, 6)
        let mouth = 32 ..< 44
        #expect(difference(happy, sad, rows: mouth) > 4)
        #expect(difference(surprise, neutral, rows: mouth) > 8)
        #expect(difference(sad, neutral, rows: mouth) < difference(happy, sad, rows: mouth))
    }

    @Test func landmarksHoldTheFeatures() {
        for index in 0 ..< 60 {
            let marks = faces.face(at: index).landmarks
            for part in [marks.brows, marks.eyes, marks.mouth] {
                #expect(part.left >= 0 && part.top >= 0 && part.width > 4 && part.height > 0)
                #expect(part.left + part.width <= 48 && part.top + part.height <= 48)
            }
            #expect(marks.brows.top <= marks.eyes.top && marks.eyes.top < marks.mouth.top)
        }
        let part = SyntheticFaces.Rectangle(left: 2, top: 3, width: 4, height: 1)
        #expect(part.contains(x: 2, y: 3) && part.contains(x: 5, y: 3))
        #expect(!part.contains(x: 6, y: 3) && !part.contains(x: 2, y: 4))
    }

    @Test func theCSVIsInTheFormOfFER2013() throws {
        var text = ""
        faces.writeFERCSV(train: 9, valid: 2, test: 1) {
            text += String(decoding: $0, as: UTF8.self)
        }
        let lines = text.split(separator: "\n")
        #expect(lines.count == 13 && lines[0] == "emotion,pixels,Usage,synthetic")
        let usages = lines.dropFirst().map { $0.split(separator: ",")[2] }
        #expect(usages.filter { $0 == "Training" }.count == 9)
        #expect(usages[9 ... 10].allSatisfy { $0 == "PublicTest" } && usages[11] == "PrivateTest")
        // After nine training faces the next person begins at 16.
        let fields = lines[10].split(separator: ",")
        let face = faces.face(at: 16)
        #expect(fields[0] == "\(face.expressionIndex)")
        #expect(fields[1].split(separator: " ").map { UInt8($0) } == face.pixels)
    }
}
