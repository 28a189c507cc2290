import Evaluation
import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

/// Frames of one clip, one sequence or one person stay on one side of a split.
struct SequenceSplitTests {
    /// Faces of which `frames` in a row are one picture, a little brighter each time.
    private func dataset(
        _ names: [String], frames: Int, sample: (Int, String) -> Sample
    ) -> Dataset {
        let faces = SyntheticFaces(seed: 3)
        let images = names.indices.map { index in
            let pixels = faces.face(at: 8 * (index / frames)).pixels
            return Image(
                width: 48, height: 48, channels: 1,
                pixels: pixels.map { UInt8(min(Int($0) + index % frames, 255)) })
        }
        return Dataset(
            name: "made", form: .classFolders,
            samples: names.enumerated().map { sample($0.offset, $0.element) }, images: images)
    }

    private func named(_ names: [String], frames: Int) -> Dataset {
        dataset(names, frames: frames) { index, name in
            Sample(id: name, row: index, emotion: index / frames % 2 == 0 ? .sad : .happy)
        }
    }

    /// CK+48's names: 30 people, two sequences each, three frames of a sequence.
    private let ckNames = (0 ..< 180).map { index in
        let sequence = index / 3
        return String(
            format: "%@/S%03d_%03d_%08d.png", sequence % 2 == 0 ? "sadness" : "happy",
            sequence / 2 + 5, sequence % 2 + 1, 10 + index % 3)
    }

    @Test(arguments: UInt64(0) ..< 5)
    func ckPlusNamesKeepAPersonTogether(seed: UInt64) throws {
        let data = named(ckNames, frames: 3)
        let groups = try data.rowGroups(Grouping())
        #expect(groups.subjects[0] == "S005" && groups.note?.description.contains("CK+") == true)
        let (training, validation) = try data.validationSplit(
            of: data.labelled(by: .fer2013), fraction: 0.2, seed: seed)
        func people(_ rows: LabelledSubset) -> Set<String> {
            Set(rows.indices.compactMap { groups.subjects[$0] })
        }
        #expect(people(training).isDisjoint(with: people(validation)))
        #expect(validation.count > 0)
    }

    @Test func aPrefixWithACounterIsASequence() throws {
        let names = (0 ..< 60).map {
            String(format: "sad/walk%02dtake_%04d.png", $0 / 4, 7 + $0 % 4)
        }
        let groups = try named(names, frames: 4).rowGroups(Grouping())
        #expect(Set(groups.sequences.compactMap(\.self)).count == 15)
        #expect(groups.note?.description.contains("walk00take_") == true)
        #expect(groups.note?.description.contains(" subject-pattern REGEX") == true)
        #expect(groups.groups(of: Array(0 ..< 60))?.kind == .sequence)
        let off = try named(names, frames: 4).rowGroups(Grouping(byName: false))
        #expect(off.note == nil && off.groups(of: Array(0 ..< 60)) == nil)
    }

    /// A folder for each clip, with frames that are numbered in it.
    @Test func aFolderOfNumberedFramesIsASequence() throws {
        let names = (0 ..< 60).map { "happy/clip\($0 / 6)x/frame_\(100 + $0 % 6).png" }
        let groups = try named(names, frames: 6).rowGroups(Grouping())
        #expect(Set(groups.sequences.compactMap(\.self)).count == 10)
    }

    @Test(
        arguments: [
            { "happy/Training_\(3908 + 7 * $0).jpg" }, { String(format: "sad/fer%07d.png", $0) },
            { "happy/img_\($0).jpg" }, { "sad/\($0).png" }, { "sad_\($0).png" },
            { "\($0 % 2 == 0 ? "train/happy/Training" : "test/sad/PublicTest")_\(95 * $0).jpg" },
            {
                String(
                    format: "happy/IMG_20240%d0%d_%06d.jpg", $0 / 30 + 1, $0 / 10 % 3 + 1, 7919 * $0
                )
            },
            { String(format: "train/train_%05d_aligned.jpg", $0) },
        ] as [@Sendable (Int) -> String])
    func numberedPhotosAreNoSequences(name: @Sendable (Int) -> String) throws {
        let data = named((0 ..< 60).map(name), frames: 1)
        let groups = try data.rowGroups(Grouping())
        #expect(groups.note == nil && groups.groups(of: Array(0 ..< 60)) == nil)
    }

    /// The words of a search, as ExpW has them: numbered in a row, and of different people.
    @Test func namesThatPicturesContradictAreNoSequences() throws {
        let words = ["actor", "child", "woman"]
        let names = (0 ..< 60).map { "happy/\(words[$0 / 20])_query_\($0 % 20).jpg" }
        #expect(try named(names, frames: 1).rowGroups(Grouping()).note == nil)
    }

    @Test func aPatternNamesTheSubject() throws {
        let names = (0 ..< 12).map { "sad/KA\($0 / 4)-x\($0).png" }
        let data = named(names, frames: 1)
        let groups = try data.rowGroups(Grouping(subjectPattern: "^([A-Z]+\\d)-"))
        #expect(groups.subjects[0] == "KA0" && groups.subjects[11] == "KA2")
        #expect(throws: DataError.self) { try data.rowGroups(Grouping(subjectPattern: "(")) }
        #expect(throws: DataError.self) { try data.rowGroups(Grouping(subjectPattern: "^Q")) }
        let some = try data.rowGroups(Grouping(subjectPattern: "^KA0"))
        #expect(some.note?.description.contains("4 of 12") == true)
    }

    @Test func theSubjectAndSequenceOfAManifestStayTogether() throws {
        let data = dataset((0 ..< 60).map { "\($0).png" }, frames: 1) { index, name in
            Sample(
                id: name, row: index, emotion: index % 2 == 0 ? .sad : .happy,
                subject: "clip\(index / 10)#\(index % 2)", sequence: "clip\(index / 10)")
        }
        let (training, validation) = try data.validationSplit(
            of: data.labelled(by: .fer2013), fraction: 0.2, seed: 1)
        #expect(
            Set(training.indices.map { $0 / 10 })
                .isDisjoint(with: Set(validation.indices.map { $0 / 10 })))
    }

    /// A person who comes back gets another track: the video holds them together.
    @Test(.enabled(if: DrawnPhotos.hasDetector, "\(DrawnPhotos.missing)"))
    func facesOfAClipAreOfOneSequence() throws {
        let folder = try TemporaryFolder()
        try folder.write([UInt8](try DrawnPhotos.video(frames: 3)), to: "walk.avi")
        let outcome = try Program.run(
            "faces", folder.path("walk.avi"), "--keep-low-quality", "--label", "sad", "--out",
            folder.path("f"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        let data = try Dataset.load(data: folder.path("f/manifest.csv"))
        #expect(data.count == 3)
        #expect(Set(data.samples.map(\.subject)).count == 1)
        #expect(data.samples.allSatisfy { $0.subject?.hasSuffix("walk.avi#1") == true })
        #expect(data.samples.allSatisfy { $0.sequence?.hasSuffix("walk.avi") == true })
    }

    /// Manifests that mien faces wrote before they had sequences.
    @Test func anEarlierManifestOfFramesIsGroupedByItsVideo() throws {
        let folder = try TemporaryFolder()
        var text = "path,label,source,frame,seconds\n"
        for index in 0 ..< 4 {
            try folder.writeImage(grey: UInt8(40 * index), to: "\(index).png")
            text += "\(index).png,sad," + (index < 2 ? "a.mp4,\(index),0\n" : "b.jpg,,\n")
        }
        let data = try Dataset.load(data: try folder.write(text, to: "manifest.csv"))
        #expect(data.samples.map(\.sequence) == ["a.mp4", "a.mp4", nil, nil])
    }
}
