import Foundation
import Imaging
import Testing

/// Files of many kinds, all of one drawn picture or clip, which `scripts/differential` wrote; other
/// programs' readers show them as their truths are.
struct DifferentialTests {
    @Test func theFilesAreThere() {
        #expect(DrawnCase.all.count > 50)
    }

    @Test(arguments: DrawnCase.all.filter { $0.truth != nil && !$0.isClip })
    func aPictureOfAnyKindShowsWhatWasDrawn(drawn: DrawnCase) throws {
        let truth = try Image(contentsOf: drawn.url(drawn.truth))
        do {
            let image = try Image(contentsOf: drawn.url(drawn.file))
            #expect(drawn.refusal == nil || image.width == truth.width)
            let difference = try #require(image.meanDifference(from: truth), "\(image.width)")
            #expect(difference <= drawn.mean)
        } catch let error as ImageError {
            try drawn.expectRefusal("\(error)")
        }
    }

    @Test(arguments: DrawnCase.all.filter { $0.truth == nil && !$0.isClip })
    func whatIsNoPictureIsCalledByItsName(drawn: DrawnCase) throws {
        let error = try #require(throws: ImageError.self) {
            try Image(contentsOf: drawn.url(drawn.file))
        }
        try drawn.expectRefusal("\(error)")
    }

    @Test(arguments: DrawnCase.all.filter { $0.truth == nil && $0.isClip })
    func whatIsNoClipIsCalledByItsName(drawn: DrawnCase) throws {
        let error = try #require(throws: VideoError.self) {
            let video = try VideoFrames(.file(drawn.url(drawn.file)))
            _ = try video.next()
        }
        try drawn.expectRefusal("\(error)")
    }

    @Test(arguments: DrawnCase.all.filter { $0.truth != nil && $0.isClip })
    func aClipOfAnyKindShowsItsFramesUprightAndInTime(drawn: DrawnCase) throws {
        let times = try #require(drawn.times)
        let stack = try Image(contentsOf: drawn.url(drawn.truth))
        let height = stack.height / times.count
        do {
            let video = try VideoFrames(.file(drawn.url(drawn.file)))
            for (index, time) in times.enumerated() {
                let frame = try #require(try video.next(), "frame \(index)")
                let truth = stack.cropped(
                    left: 0, top: index * height, width: stack.width, height: height)
                #expect(abs(frame.seconds - time) <= 0.0021, "frame \(index): \(frame.seconds)")
                var image = frame.image
                if drawn.stretched == true {
                    let shape = Double(image.width) / Double(image.height)
                    let wanted = Double(truth.width) / Double(truth.height)
                    #expect(abs(shape / wanted - 1) < 0.04, "\(image.width) x \(image.height)")
                    image = image.resized(width: truth.width, height: truth.height)
                }
                let difference = try #require(image.meanDifference(from: truth), "frame \(index)")
                #expect(difference <= drawn.mean, "frame \(index)")
            }
            #expect(try video.next() == nil)
            #expect(!video.endedEarly)
        } catch let error as VideoError {
            try drawn.expectRefusal("\(error)")
        }
    }
}

/// A line of `Golden/Differential/cases.json`.
struct DrawnCase: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let file: String
    /// A picture, or a clip's frames one below the other; none where all refuse the file.
    let truth: String?
    /// Seconds of a clip's frames.
    let times: [Double]?
    /// What a refusal says, where the kind need not be read.
    let refusal: String?
    /// Pixels that are not square: either side may be stretched.
    let stretched: Bool?
    /// Levels by which the picture may be off in the mean.
    let mean: Double

    var isClip: Bool { times != nil }
    var testDescription: String { name }

    static let all: [DrawnCase] = {
        let folder = Bundle.module.url(forResource: "Golden/Differential", withExtension: nil)
        guard let file = folder?.appendingPathComponent("cases.json"),
            let cases = try? JSONDecoder().decode([DrawnCase].self, from: Data(contentsOf: file))
        else { return [] }
        return cases
    }()

    func url(_ name: String?) throws -> URL {
        try #require(
            Bundle.module.url(forResource: "Golden/Differential/\(name ?? "")", withExtension: nil))
    }

    /// That it names the kind and says nothing of damage.
    func expectRefusal(_ text: String) throws {
        let refusal = try #require(refusal, "\(text)")
        #expect(try text.contains(Regex(refusal)), "\(text)")
        #expect(!text.contains("damaged"), "\(text)")
    }
}

extension Image {
    /// In levels over all values of red, green and blue; `nil` where the sizes differ.
    fileprivate func meanDifference(from other: Image) -> Double? {
        let (mine, theirs) = (rgb(), other.rgb())
        guard mine.width == theirs.width, mine.height == theirs.height else { return nil }
        let sum = zip(mine.pixels, theirs.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        return Double(sum) / Double(mine.pixels.count)
    }
}
