#include "container.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <fstream>
#include <functional>

namespace video {
namespace {

/// Numbers in a file, most significant byte first; reading past the end throws.
class big_endian_file {
public:
    explicit big_endian_file(const char *path) : file_(path, std::ios::binary) {
        file_.seekg(0, std::ios::end);
        size_ = static_cast<uint64_t>(std::max<std::streamoff>(file_.tellg(), 0));
    }
    uint64_t size() const { return size_; }
    uint64_t number(uint64_t at, int bytes) {
        if (at > size_ || size_ - at < static_cast<uint64_t>(bytes)) throw std::out_of_range("end");
        file_.seekg(static_cast<std::streamoff>(at));
        uint64_t result = 0;
        for (int byte = 0; byte < bytes; ++byte) {
            result = result << 8 | static_cast<uint8_t>(file_.get());
        }
        return result;
    }

private:
    std::ifstream file_;
    uint64_t size_ = 0;
};

/// A part of a file with a name and, inside, more of the kind.
struct element {
    uint64_t name, start, end;
};
/// Says whether to go on to the next.
using visitor = std::function<bool(const element &)>;

/// More than any header has: damaged files must not keep the reader.
constexpr int most_elements = 100'000;

constexpr uint64_t tag(const char (&text)[5]) {
    uint64_t result = 0;
    for (int index = 0; index < 4; ++index) {
        result = result << 8 | static_cast<uint8_t>(text[index]);
    }
    return result;
}

/// Returns whether one does not fit.
bool visit_boxes(big_endian_file &file, uint64_t at, uint64_t end, const visitor &visit) {
    for (int count = 0; end - at >= 8 && count < most_elements; ++count) {
        uint64_t size = file.number(at, 4), header = 8;
        if (size == 1) size = file.number(at + 8, 8), header = 16;
        if (size == 0) size = end - at;
        if (size > end - at) return true;
        if (size < header || !visit({file.number(at + 4, 4), at + header, at + size})) break;
        at += size;
    }
    return false;
}

/// The first box below others: `{"mdia", "minf"}`.
std::optional<element> box(
    big_endian_file &file, element inside, std::initializer_list<uint64_t> names) {
    for (const uint64_t name : names) {
        std::optional<element> found;
        visit_boxes(file, inside.start, inside.end, [&](const element &one) {
            if (one.name == name) found = one;
            return !found;
        });
        if (!found) return found;
        inside = *found;
    }
    return inside;
}

/// A whole number of variable length; a name keeps the bits that say its length.
uint64_t variable(big_endian_file &file, uint64_t &at, bool keeps_length) {
    const auto first = static_cast<uint8_t>(file.number(at, 1));
    const int bytes = std::countl_zero(first) + 1;
    if (bytes > 8) throw std::out_of_range("no number");
    uint64_t result = file.number(at, bytes);
    at += static_cast<uint64_t>(bytes);
    const uint64_t mask = (uint64_t{1} << 7 * bytes) - 1;
    if (!keeps_length) result = (result & mask) == mask ? UINT64_MAX : result & mask;
    return result;
}

void visit_elements(big_endian_file &file, uint64_t at, uint64_t end, const visitor &visit) {
    for (int count = 0; at < end && count < most_elements; ++count) {
        const uint64_t name = variable(file, at, true), size = variable(file, at, false);
        const uint64_t stop = size > end - std::min(at, end) ? end : at + size;
        if (!visit({name, at, stop})) return;
        at = stop;
    }
}

uint64_t whole(big_endian_file &file, const element &one) {
    return file.number(one.start, static_cast<int>(std::min<uint64_t>(one.end - one.start, 8)));
}

int pixels(uint64_t value) { return static_cast<int>(std::min<uint64_t>(value, 1 << 20)); }

aperture clean_aperture(big_endian_file &file, const element &clap, int width, int height) {
    const auto ratio = [&](int place) {
        const auto word = [&](int index) {
            const uint64_t at = clap.start + 4 * static_cast<uint64_t>(index);
            return static_cast<int32_t>(file.number(at, 4));
        };
        const double below = word(place + 1);
        return below == 0 ? 0.0 : word(place) / below;
    };
    const double clean_width = ratio(0), clean_height = ratio(2);
    // The offsets are those of the middle.
    const double left = (width - clean_width) / 2 + ratio(4);
    const double top = (height - clean_height) / 2 + ratio(6);
    const bool is_inside = clean_width >= 1 && clean_height >= 1 && left > -1 && top > -1 &&
                           left + clean_width < width + 1 && top + clean_height < height + 1;
    if (!is_inside) return {};
    aperture result;
    result.left = std::max(0, static_cast<int>(std::lround(left)));
    result.top = std::max(0, static_cast<int>(std::lround(top)));
    result.right =
        std::max(0, width - result.left - static_cast<int>(std::lround(clean_width)));
    result.bottom =
        std::max(0, height - result.top - static_cast<int>(std::lround(clean_height)));
    return result;
}

/// Of a damaged header nothing is known.
template <typename Body>
auto guarded(Body &&body) -> decltype(body()) {
    try {
        return body();
    } catch (const std::out_of_range &) {
        return {};
    }
}

bool is_cut_matroska(big_endian_file &file) {
    uint64_t at = 0;
    while (at < file.size()) {
        variable(file, at, true);
        const uint64_t size = variable(file, at, false);
        // A recording under way does not know its size.
        if (size == UINT64_MAX) return false;
        if (size > file.size() - std::min(at, file.size())) return true;
        at += size;
    }
    return false;
}

bool is_cut_riff(big_endian_file &file) {
    uint64_t size = 0;
    for (int byte = 0; byte < 4; ++byte) size |= file.number(4 + byte, 1) << 8 * byte;
    // Without the last byte where that only makes the number even.
    return size + 7 > file.size();
}

}  // namespace

aperture mp4_aperture(const char *path, int64_t track, int width, int height) {
    return guarded([&]() -> aperture {
        big_endian_file file(path);
        const auto movie = box(file, {0, 0, file.size()}, {tag("moov")});
        if (!movie) return {};
        aperture result;
        visit_boxes(file, movie->start, movie->end, [&](const element &trak) {
            if (trak.name != tag("trak")) return true;
            const auto header = box(file, trak, {tag("tkhd")});
            if (!header) return true;
            const uint64_t number = file.number(header->start, 1) == 0 ? 12 : 20;
            if (file.number(header->start + number, 4) != static_cast<uint64_t>(track)) return true;
            const auto table = box(
                file, trak, {tag("mdia"), tag("minf"), tag("stbl"), tag("stsd")});
            if (!table) return false;
            // Behind a count stands the first description: 78 bytes, then boxes.
            const uint64_t start = table->start + 8;
            const element description{
                0, start + 86, std::min(table->end, start + file.number(start, 4))};
            if (description.start > description.end) return false;
            if (const auto clap = box(file, description, {tag("clap")})) {
                result = clean_aperture(file, *clap, width, height);
                result.rescales = !box(file, description, {tag("pasp")});
            }
            return false;
        });
        return result;
    });
}

aperture matroska_aperture(const char *path, int place) {
    return guarded([&]() -> aperture {
        constexpr uint64_t segment = 0x18538067, cluster = 0x1F43B675, tracks = 0x1654AE6B,
                           entry = 0xAE, type = 0x83, video = 0xE0;
        big_endian_file file(path);
        aperture result;
        int seen = 0;
        const auto read_video = [&](const element &one) {
            switch (one.name) {
                case 0x54AA: result.bottom = pixels(whole(file, one)); break;
                case 0x54BB: result.top = pixels(whole(file, one)); break;
                case 0x54CC: result.left = pixels(whole(file, one)); break;
                case 0x54DD: result.right = pixels(whole(file, one)); break;
                case 0x54B0: result.rescales = true; break;
            }
            return true;
        };
        const auto read_track = [&](const element &track) {
            if (track.name != entry) return true;
            bool is_video = false;
            std::optional<element> pictures;
            visit_elements(file, track.start, track.end, [&](const element &one) {
                if (one.name == type) is_video = whole(file, one) == 1;
                if (one.name == video) pictures = one;
                return true;
            });
            if (!is_video || seen++ != place) return true;
            if (pictures) visit_elements(file, pictures->start, pictures->end, read_video);
            return false;
        };
        visit_elements(file, 0, file.size(), [&](const element &top) {
            if (top.name != segment) return true;
            visit_elements(file, top.start, top.end, [&](const element &one) {
                if (one.name == tracks) visit_elements(file, one.start, one.end, read_track);
                return one.name != tracks && one.name != cluster;
            });
            return false;
        });
        return result;
    });
}

bool is_cut(const char *path) {
    return guarded([&] {
        big_endian_file file(path);
        const uint64_t first = file.number(0, 4);
        if (first == 0x1A45DFA3) return is_cut_matroska(file);
        if (first == tag("RIFF")) return is_cut_riff(file);
        constexpr uint64_t names[] = {tag("ftyp"), tag("moov"), tag("mdat"), tag("wide"),
                                      tag("free"), tag("skip")};
        const bool is_mp4 = std::ranges::find(names, file.number(4, 4)) != std::end(names);
        return is_mp4 && visit_boxes(file, 0, file.size(), [](const element &) { return true; });
    });
}

}  // namespace video
