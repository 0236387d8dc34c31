// GIF files read back by giflib's own reader.
#include "app/export/gif_writer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include <gif_lib.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace backflow::exporting {
namespace {

struct Reader {
  const std::string& bytes;
  std::size_t at = 0;
};

int read_bytes(GifFileType* file, GifByteType* to, int count) {
  auto& reader = *static_cast<Reader*>(file->UserData);
  const std::size_t n = std::min(static_cast<std::size_t>(count), reader.bytes.size() - reader.at);
  std::memcpy(to, reader.bytes.data() + reader.at, n);
  reader.at += n;
  return static_cast<int>(n);
}

struct Frame {
  Raster screen;  // what is seen after it
  int delay = 0, pixels = 0;
};

// Draws the pictures over one another, as a viewer does.
std::vector<Frame> frames_of(const std::string& bytes) {
  Reader reader{bytes};
  int error = 0;
  GifFileType* file = DGifOpen(&reader, read_bytes, &error);
  std::vector<Frame> frames;
  if (file == nullptr || DGifSlurp(file) != GIF_OK) {
    ADD_FAILURE() << "not a GIF";
    return frames;
  }
  Raster screen{file->SWidth, file->SHeight, {}};
  screen.pixels.resize(static_cast<std::size_t>(file->SWidth) *
                       static_cast<std::size_t>(file->SHeight));
  for (int i = 0; i < file->ImageCount; ++i) {
    const SavedImage& image = file->SavedImages[i];
    const GifImageDesc& d = image.ImageDesc;
    for (int y = 0; y < d.Height; ++y)
      for (int x = 0; x < d.Width; ++x) {
        const GifColorType& c = d.ColorMap->Colors[image.RasterBits[y * d.Width + x]];
        screen.pixels[static_cast<std::size_t>((d.Top + y) * screen.width + d.Left + x)] =
            static_cast<std::uint32_t>(c.Red << 16 | c.Green << 8 | c.Blue);
      }
    GraphicsControlBlock control{};
    EXPECT_EQ(DGifSavedExtensionToGCB(file, i, &control), GIF_OK);
    frames.push_back({screen, control.DelayTime, d.Width * d.Height});
  }
  DGifCloseFile(file, &error);
  return frames;
}

Raster filled(int width, int height, std::uint32_t color) {
  return {width, height,
          std::vector<std::uint32_t>(
              static_cast<std::size_t>(width) * static_cast<std::size_t>(height), color)};
}

TEST(GifWriter, PicturesComeBackExactlyAndOnlyWhatDiffersIsWritten) {
  Raster first = filled(30, 20, 0xFFFFFF), second = first;
  first.pixels[31] = 0x0E7490;
  second.pixels[5 * 30 + 7] = 0xC80A14;
  second.pixels[6 * 30 + 9] = 0x010203;
  GifWriter writer(30, 20);
  writer.add(first, 10);
  writer.add(second, 20);
  writer.add(second, 30);
  writer.add(first, 7);
  const std::vector<Frame> frames = frames_of(writer.finish());
  ASSERT_EQ(frames.size(), 3u);  // a picture like the one before makes that one stay
  EXPECT_EQ(frames[0].screen.pixels, first.pixels);
  EXPECT_EQ(frames[1].screen.pixels, second.pixels);
  EXPECT_EQ(frames[2].screen.pixels, first.pixels);
  EXPECT_EQ(frames[0].delay, 10);
  EXPECT_EQ(frames[1].delay, 50);
  EXPECT_EQ(frames[2].delay, 7);
  EXPECT_LT(frames[1].pixels, 30 * 20);
}

TEST(GifWriter, OfManyColoursAllPartsAreKept) {
  // 40 000 greys and blues of smooth areas beside a few pixels of strong colours.
  Raster picture{200, 200, {}};
  for (std::uint32_t i = 0; i < 40000; ++i)
    picture.pixels.push_back((i % 200) << 8 | (i / 200) | 0x400000);
  const std::uint32_t strong[] = {0xFF0000, 0x00FF00, 0xFFFF00, 0xFFFFFF};
  for (std::size_t i = 0; i < 4; ++i) picture.pixels[i] = strong[i];
  GifWriter writer(200, 200);
  writer.add(picture, 5);
  const std::vector<Frame> frames = frames_of(writer.finish());
  ASSERT_EQ(frames.size(), 1u);
  for (std::size_t i = 0; i < picture.pixels.size(); ++i)
    for (int shift = 0; shift < 24; shift += 8) {
      const auto level = [&](std::uint32_t c) { return static_cast<int>(c >> shift & 0xFF); };
      ASSERT_NEAR(level(frames[0].screen.pixels[i]), level(picture.pixels[i]), 14) << i;
    }
}

TEST(GifWriter, PicturesOfAnotherSizeAreAnError) {
  GifWriter writer(3, 3);
  writer.add(filled(3, 3, 0), 1);
  EXPECT_THROW(writer.add(filled(3, 4, 0), 1), std::runtime_error);
}

}  // namespace
}  // namespace backflow::exporting
