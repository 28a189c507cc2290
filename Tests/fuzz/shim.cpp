// Feeds damaged images, videos and sounds to the C header over image files and videos, built with
// AddressSanitizer: see scripts/asan.
//
//     shim SECONDS SEED FILE...
//
// Each round takes one of the files, changes bytes of it, decodes what is left, and does with the
// pixels what the program does. It prints how many files of each kind decoded and how many were refused.
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <unistd.h>
#include <vector>
#include <zlib.h>

#include "video_engine.h"
#include "vision_guard.hpp"

namespace {

using Bytes = std::vector<uint8_t>;

struct Tally {
    long read = 0, refused = 0;
};

class Mutations {
public:
    explicit Mutations(uint64_t seed) : random(seed) {}

    size_t below(size_t count) { return random() % count; }

    /// Changes, removes, inserts and doubles bytes, mostly near the start, where headers are.
    Bytes of(Bytes bytes) {
        for (size_t count = 1 + below(4); count > 0 && !bytes.empty(); --count) {
            const size_t reach = below(2) == 0 ? std::min<size_t>(bytes.size(), 64) : bytes.size();
            const auto place = bytes.begin() + static_cast<long>(below(reach));
            switch (below(6)) {
                case 0: bytes.erase(place, place + std::min<long>(8, bytes.end() - place)); break;
                case 1: bytes.insert(place, static_cast<uint8_t>(random())); break;
                case 2: bytes.resize(bytes.size() - below(bytes.size())); break;
                case 3: *place = std::array<uint8_t, 4>{0, 0xFF, 0x7F, 0x80}[below(4)]; break;
                case 4: *place ^= static_cast<uint8_t>(1 << below(8)); break;
                default: *place = static_cast<uint8_t>(random());
            }
        }
        return bytes;
    }

private:
    std::mt19937_64 random;
};

/// Makes the checksums of a PNG's chunks right again, so that what lies behind them is reached.
void mend_checksums(Bytes &png) {
    const auto big = [&](size_t at) {
        return static_cast<size_t>(png[at]) << 24 | png[at + 1] << 16 | png[at + 2] << 8 |
               png[at + 3];
    };
    for (size_t start = 8; start + 12 <= png.size();) {
        const size_t count = big(start);
        if (count > png.size() - start - 12) return;
        const auto sum = crc32(0, png.data() + start + 4, static_cast<uInt>(count + 4));
        for (int byte = 0; byte < 4; ++byte) {
            png[start + 8 + count + byte] = static_cast<uint8_t>(sum >> (24 - 8 * byte));
        }
        start += count + 12;
    }
}

/// The program reads the header first and refuses what is large.
constexpr int64_t most_pixels = 4'000'000;

/// Decoded as the program does; null pixels when it was refused.
vision_image decode(const Bytes &bytes, int reduction) {
    vision_image decoded{};
    if (codec_reads(bytes.data(), bytes.size()) != 0) {
        if (codec_decode(&decoded, bytes.data(), bytes.size(), reduction, most_pixels) != VISION_OK &&
            std::strlen(codec_last_error()) == 0) {
            std::abort();
        }
    } else if (media_decode(&decoded, bytes.data(), bytes.size(), most_pixels) != VISION_OK) {
        if (std::strlen(vision::last_error().c_str()) == 0) std::abort();
    }
    return decoded;
}

/// What the program does with an image; false when it was refused.
bool image(const Bytes &bytes, int reduction) {
    const vision_image decoded = decode(bytes, reduction);
    if (decoded.pixels == nullptr) return false;
    const auto [width, height, channels, pixels] = decoded;
    Bytes small(17 * 31 * channels);
    if (vision_resize(small.data(), 17, 31, pixels, width, height, channels) != VISION_OK ||
        vision_draw_text(pixels, width, height, channels, "0.5", -3, height, 1, 255) !=
            VISION_OK) {
        std::abort();
    }
    std::free(pixels);
    for (const int format : {VISION_PNG, VISION_JPEG}) {
        vision_bytes file{};
        if (codec_encode(&file, small.data(), 17, 31, channels, format, 90) != VISION_OK) {
            std::abort();
        }
        std::free(file.data);
    }
    return true;
}

const std::set<std::string> video_kinds = {"avi", "mp4", "webm", "mkv", "mov",
                                           "ts",  "m2ts", "mpg", "mka"};
const std::set<std::string> sound_kinds = {"opus", "mp3", "flac", "m4a"};
/// More than any of the files with silence for every gap that is believed.
constexpr long most_samples = 16'000 * 900;

/// The sound of a file that `path` holds; false when it was refused.
bool sound(const std::string &path) {
    const sound_functions &sounds = sound_functions_table;
    sound_reader opened = nullptr;
    if (sounds.open(&opened, path.c_str(), 16'000) != VISION_OK) return false;
    sounds.seconds(opened);
    std::array<float, 4096> samples;
    long total = 0;
    for (int read = samples.size(); read == samples.size(); total += read) {
        if (sounds.read(opened, samples.data(), samples.size(), &read) != VISION_OK) break;
        for (int index = 0; index < read; ++index) {
            if (!std::isfinite(samples[static_cast<size_t>(index)])) std::abort();
        }
    }
    if (total > most_samples) std::abort();
    sounds.notes(opened);
    sounds.close(opened);
    return total > 0;
}

/// The first frames of a video that `path` holds; false when it was refused.
bool video(const std::string &path) {
    const video_functions &videos = video_functions_table;
    video_reader opened = nullptr;
    if (videos.open(&opened, path.c_str(), most_pixels) != VISION_OK) return false;
    videos.frame_rate(opened), videos.frame_count(opened), videos.seconds(opened);
    int frames = 0;
    for (int has = 1; frames < 30; ++frames) {
        if (videos.grab(opened, &has) != VISION_OK || has == 0) break;
        videos.milliseconds(opened);
        const int64_t pixels =
            static_cast<int64_t>(videos.width(opened)) * videos.height(opened);
        vision_image frame{};
        if (pixels <= most_pixels && videos.retrieve(&frame, opened) == VISION_OK) {
            if (static_cast<int64_t>(frame.width) * frame.height != pixels) std::abort();
            std::free(frame.pixels);
        }
    }
    videos.notes(opened);
    videos.close(opened);
    return frames > 0;
}

}  // namespace

int main(int count, char **arguments) {
    if (count < 4) {
        std::fputs("usage: shim SECONDS SEED FILE...\n", stderr);
        return 2;
    }
    // OpenCV has a limit of its own.
    setenv("OPENCV_IO_MAX_IMAGE_PIXELS", std::to_string(most_pixels).c_str(), 1);
    std::vector<std::pair<std::string, Bytes>> files;
    for (int index = 3; index < count; ++index) {
        std::ifstream file(arguments[index], std::ios::binary);
        files.emplace_back(arguments[index], Bytes(std::istreambuf_iterator<char>(file), {}));
        if (files.back().second.empty()) {
            std::fprintf(stderr, "%s cannot be read\n", arguments[index]);
            return 2;
        }
    }
    const std::string scratch =
        std::filesystem::temp_directory_path() / ("mien-shim-" + std::to_string(getpid()));
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(atoi(arguments[1]));
    Mutations mutations(std::strtoull(arguments[2], nullptr, 10));
    std::map<std::string, Tally> tallies;
    for (size_t round = 0; std::chrono::steady_clock::now() < end; ++round) {
        const auto &[name, whole] = files[round % files.size()];
        const std::string kind = name.substr(name.rfind('.') + 1);
        const bool isVideo = video_kinds.contains(kind);
        // The first round takes the files as they are.
        Bytes bytes = round < files.size() ? whole : mutations.of(whole);
        if (kind == "png" && mutations.below(2) == 0) mend_checksums(bytes);
        const int reduction = kind == "jpg" ? 1 << mutations.below(4) : 1;
        const bool isSound = sound_kinds.contains(kind);
        if (isVideo || isSound) {
            std::ofstream(scratch, std::ios::binary)
                .write(
                    reinterpret_cast<const char *>(bytes.data()), static_cast<long>(bytes.size()));
        }
        const bool heard = (isVideo || isSound) && sound(scratch);
        const bool read = isSound ? heard : isVideo ? video(scratch) : image(bytes, reduction);
        Tally &tally = tallies[kind];
        (read ? tally.read : tally.refused) += 1;
    }
    unlink(scratch.c_str());
    for (const auto &[kind, tally] : tallies) {
        std::printf("%-5s %7ld read, %7ld refused\n", kind.c_str(), tally.read, tally.refused);
    }
    return 0;
}
