import Foundation
import Mien

/// A name for a file that is made from the file with this number: "000012-holiday-photo".
func derivedName(_ number: Int, _ source: FileName) -> String {
    var stem = source.last.text
    if let dot = stem.lastIndex(of: "."), dot != stem.startIndex { stem = String(stem[..<dot]) }
    let letters = stem.unicodeScalars.map { scalar in
        scalar.isASCII && (Character(scalar).isLetter || Character(scalar).isNumber)
            ? Character(scalar) : "-"
    }
    return String(format: "%06d-", number) + String(letters.prefix(60))
}
