import Evaluation
import Foundation
import Imaging
import Mien
import Testing

/// Columns of a manifest that are no groups of people.
struct AccidentalGroupsTests {
    private func reason(
        _ name: String, _ values: [String?], amid columns: Set<String> = []
    ) -> String? {
        CategoricalColumn.reasonAgainst(name, values, amid: columns)
    }

    @Test func measurementsOfMienFacesAreNoGroups() {
        let values = (0 ..< 100).map { "\($0 % 2)" }
        let faces: Set<String> = ["box_left", "box_top", "sharpness", "face", "sex"]
        for name in ["brightness", "frame", "face", "box_left", "status", "occlusion"] {
            #expect(
                reason(name, values, amid: faces)?.contains("measured by mien faces") == true,
                "\(name)")
        }
        #expect(reason("sex", values, amid: faces) == nil)
        // A column of the name in another file is the person's own.
        #expect(reason("status", values) == nil)
    }

    @Test func onlyFewValuesThatRepeatAreGroups() {
        #expect(reason("n", (0 ..< 100).map { "\($0)" }) == "100 values")
        #expect(reason("ratio", (0 ..< 100).map { "0.\($0 % 2)" })?.contains("fractions") == true)
        #expect(reason("", Array(repeating: "a", count: 40)) == "no name")
        #expect(reason("site", Array(repeating: "Bern", count: 40)) == "one value")
        #expect(reason("site", ["a", "b", "c", nil])?.contains("too few") == true)
        // A rare value beside common ones stays.
        let rare = Array(repeating: "f", count: 60) + Array(repeating: "m", count: 50) + ["unsure"]
        #expect(reason("sex", rare) == nil)
        #expect(reason("landmarks", (0 ..< 60).map { "1;2;\($0)" }) == "60 values")
    }

    @Test func theReportKeepsThemApart() throws {
        let other = GroupMetrics(attribute: "n", values: ["1", nil], reason: "2 values")
        #expect(other.groups.isEmpty && other.withoutValue == 1)
    }
}
