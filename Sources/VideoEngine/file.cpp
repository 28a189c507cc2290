#include "file.hpp"

namespace video {
namespace {

void silence() {
    static const bool once = [] {
        av_log_set_level(AV_LOG_QUIET);
        av_log_set_callback([](void *, int, const char *, va_list) {});
        return true;
    }();
    (void)once;
}

struct options {
    AVDictionary *value = nullptr;
    ~options() { av_dict_free(&value); }
    void set(const char *key, const char *text) { av_dict_set(&value, key, text, 0); }
};

/// Only the file itself is ever opened.
int refuse_to_open(AVFormatContext *, AVIOContext **, const char *, int, AVDictionary **) {
    return AVERROR(EPERM);
}

}  // namespace

void fail(int code) {
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(code, text, sizeof text);
    throw std::runtime_error(text);
}

format_owner open_file(const char *path, const char *formats) {
    silence();
    AVIOContext *file = nullptr;
    options protocol;
    protocol.set("protocol_whitelist", "file");
    const std::string address = std::string("file:") + path;
    const int opened =
        avio_open2(&file, address.c_str(), AVIO_FLAG_READ, nullptr, &protocol.value);
    if (opened < 0) fail(opened);
    AVFormatContext *format = avformat_alloc_context();
    if (format == nullptr) {
        avio_closep(&file);
        throw std::bad_alloc();
    }
    format->pb = file;
    format->io_open = refuse_to_open;
    options demuxer;
    demuxer.set("format_whitelist", formats);
    demuxer.set("protocol_whitelist", "file");
    // Frees the context, not the file, when it fails. No name: the content decides.
    if (const int code = avformat_open_input(&format, "", nullptr, &demuxer.value); code < 0) {
        avio_closep(&file);
        fail(code);
    }
    return format_owner(format);
}

void find_tracks(AVFormatContext *format, int64_t most_pixels) {
    std::vector<AVDictionary *> each(format->nb_streams, nullptr);
    for (AVDictionary *&dictionary : each) {
        av_dict_set_int(&dictionary, "max_pixels", most_pixels, 0);
    }
    const int code = avformat_find_stream_info(format, each.data());
    for (AVDictionary *&dictionary : each) av_dict_free(&dictionary);
    if (code < 0) fail(code);
}

std::string code_name(const AVCodecParameters *parameters) {
    if (parameters->codec_id != AV_CODEC_ID_NONE) return avcodec_get_name(parameters->codec_id);
    char four[AV_FOURCC_MAX_STRING_SIZE] = "";
    return av_fourcc_make_string(four, parameters->codec_tag);
}

}  // namespace video
