#!/bin/sh
# Writes sound/ beside itself: one drawn voice (200 Hz, 12 harmonics, 1.8 s) in several containers and
# codecs, by the ffmpeg of Debian 12 (5.1). Nothing in them was recorded.
set -eu
cd "$(dirname "$0")/sound"
voice='aevalsrc=0.1*(sin(400*PI*t)+sin(800*PI*t)/2.8+sin(1200*PI*t)/5.2+sin(1600*PI*t)/8)'
make() { ffmpeg -hide_banner -loglevel error -nostdin -y "$@"; }
exact='-fflags +bitexact -flags:v +bitexact -flags:a +bitexact -map_metadata -1'
film='-f lavfi -i color=gray:size=48x32:rate=5:duration=1.8'
# shellcheck disable=SC2086
{
    # Two channels, the second half as loud: their mean is three quarters of the voice.
    make $film -f lavfi -i "$voice|0.5*0.1*(sin(400*PI*t)+sin(800*PI*t)/2.8+sin(1200*PI*t)/5.2+sin(1600*PI*t)/8):s=48000:d=1.8" \
        -c:v libx264 -c:a aac -b:a 64k $exact film.mp4
    make $film -f lavfi -i "$voice:s=48000:d=1.8" -c:v libvpx -c:a libopus -b:a 32k $exact film.webm
    make $film -f lavfi -i "$voice:s=22050:d=1.8" -c:v mpeg4 -c:a flac $exact film.mkv
    make -f lavfi -i "$voice:s=48000:d=1.8" -c:a libopus -b:a 32k $exact voice.opus
    make -f lavfi -i "$voice:s=44100:d=1.8" -c:a libmp3lame -b:a 64k $exact voice.mp3
    make -f lavfi -i "$voice:s=16000:d=1.8" -c:a flac $exact voice.flac
    make -f lavfi -i "$voice:s=32000:d=1.8" -c:a aac -b:a 64k $exact voice.m4a
    make -f lavfi -i "$voice:s=16000:d=0.4" -filter_complex '[0]pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0' \
        -c:a flac $exact six.flac
    make $film -c:v libx264 $exact silent.mp4
    # The sound starts a second after the pictures; and it is missing from 0.6 to 1.2 s.
    make $film -itsoffset 1 -f lavfi -i "$voice:s=16000:d=0.8" -c:v mpeg4 -c:a flac $exact late.mkv
    make $film -f lavfi -i "$voice:s=16000:d=1.8" -af "aselect='not(between(t,0.6,1.2))'" \
        -c:v mpeg4 -c:a flac $exact gap.mkv
}
