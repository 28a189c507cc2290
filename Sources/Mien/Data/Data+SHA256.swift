import Crypto
package import Foundation

extension Data {
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    package var sha256: String { SHA256.hash(data: self).hexadecimal }
}
