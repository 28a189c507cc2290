/// Text as XML content or attribute value, in which characters that XML cannot hold are replaced:
/// what a file name or a label holds can never become markup.
func xmlEscaped(
    _ text: String, keeping kept: Set<Unicode.Scalar> = [], replacement: Unicode.Scalar
) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case _ where kept.contains(scalar): result.unicodeScalars.append(scalar)
        case _ where scalar.value < 32 || (0xFFFE ... 0xFFFF).contains(scalar.value):
            result.unicodeScalars.append(replacement)
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
