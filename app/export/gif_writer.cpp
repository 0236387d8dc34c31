#include "app/export/gif_writer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <utility>

#include <gif_lib.h>

namespace backflow::exporting {
namespace {

constexpr int kColors = 256;

struct Area {
  int x = 0, y = 0, width = 0, height = 0;
};

// The smallest rectangle with all pixels that differ; of size 0 when none does.
Area difference(const Raster& a, const Raster& b) {
  int left = a.width, right = 0, top = a.height, bottom = 0;
  for (int y = 0; y < a.height; ++y)
    for (int x = 0; x < a.width; ++x) {
      const auto i = static_cast<std::size_t>(y) * static_cast<std::size_t>(a.width) +
                     static_cast<std::size_t>(x);
      if (a.pixels[i] == b.pixels[i]) continue;
      left = std::min(left, x);
      right = std::max(right, x + 1);
      top = std::min(top, y);
      bottom = std::max(bottom, y + 1);
    }
  if (right <= left) return {};
  return {left, top, right - left, bottom - top};
}

Raster cut(const Raster& picture, const Area& area) {
  Raster part{area.width, area.height, {}};
  for (int y = area.y; y < area.y + area.height; ++y) {
    const auto row = picture.pixels.begin() + static_cast<std::ptrdiff_t>(y) * picture.width;
    part.pixels.insert(part.pixels.end(), row + area.x, row + area.x + area.width);
  }
  return part;
}

int distance(std::uint32_t a, std::uint32_t b) {
  int sum = 0;
  for (int shift = 0; shift < 24; shift += 8) {
    const int d = static_cast<int>(a >> shift & 0xFF) - static_cast<int>(b >> shift & 0xFF);
    sum += d * d;
  }
  return sum;
}

struct Indexed {
  std::vector<std::uint32_t> palette;
  std::vector<GifPixelType> pixels;
};

using Counts = std::vector<std::pair<std::uint32_t, int>>;  // colour, and its pixels

int level(std::uint32_t color, int channel) {
  return static_cast<int>(color >> (8 * channel) & 0xFF);
}

// Colours near to one another, that share an entry of the palette: the one that most pixels have.
struct Box {
  Counts colors;
  int channel = 0, low = 0, high = 0;  // where they lie farthest apart
  double need = 0.0;                   // to be divided: how far apart, and how many see it

  explicit Box(Counts list) : colors(std::move(list)) {
    double pixels = 0.0;
    for (const auto& [color, count] : colors) pixels += count;
    for (int each = 0; each < 3; ++each) {
      const auto [least, most] =
          std::minmax_element(colors.begin(), colors.end(), [each](const auto& x, const auto& y) {
            return level(x.first, each) < level(y.first, each);
          });
      const int from = level(least->first, each), to = level(most->first, each);
      if (to - from > high - low) channel = each, low = from, high = to;
    }
    need = (high - low) * (high - low) * std::log2(1.0 + pixels);
  }

  std::uint32_t color() const {
    return std::max_element(colors.begin(), colors.end(),
                            [](const auto& x, const auto& y) { return x.second < y.second; })
        ->first;
  }
};

// The box with the most need is divided in the middle, again and again: few pixels of a strong
// colour count for more than many shades of a weak one, or the deep ends of a colour bar would be
// lost.
std::vector<std::uint32_t> palette_of(Counts counts) {
  std::vector<Box> boxes{Box(std::move(counts))};
  while (boxes.size() < kColors) {
    const auto widest = std::max_element(
        boxes.begin(), boxes.end(), [](const Box& x, const Box& y) { return x.need < y.need; });
    if (widest->need == 0.0) break;
    const int middle = (widest->low + widest->high) / 2, channel = widest->channel;
    Counts lower, upper;
    for (const auto& entry : widest->colors)
      (level(entry.first, channel) <= middle ? lower : upper).push_back(entry);
    *widest = Box(std::move(lower));
    boxes.emplace_back(std::move(upper));
  }
  std::vector<std::uint32_t> palette;
  for (const Box& box : boxes) palette.push_back(box.color());
  return palette;
}

Indexed with_palette(const Raster& picture) {
  std::map<std::uint32_t, int> counts;
  for (const std::uint32_t color : picture.pixels) ++counts[color];
  Indexed indexed;
  indexed.palette = palette_of({counts.begin(), counts.end()});
  std::map<std::uint32_t, GifPixelType> index;
  for (const auto& [each, count] : counts) {
    const auto nearest = std::min_element(
        indexed.palette.begin(), indexed.palette.end(),
        [c = each](std::uint32_t x, std::uint32_t y) { return distance(x, c) < distance(y, c); });
    index[each] = static_cast<GifPixelType>(nearest - indexed.palette.begin());
  }
  indexed.pixels.reserve(picture.pixels.size());
  for (const std::uint32_t color : picture.pixels) indexed.pixels.push_back(index[color]);
  return indexed;
}

struct MapDeleter {
  void operator()(ColorMapObject* map) const { GifFreeMapObject(map); }
};
using MapPtr = std::unique_ptr<ColorMapObject, MapDeleter>;

MapPtr color_map(const std::vector<std::uint32_t>& palette) {
  std::array<GifColorType, kColors> colors{};
  for (std::size_t i = 0; i < palette.size(); ++i)
    colors[i] = {static_cast<GifByteType>(palette[i] >> 16 & 0xFF),
                 static_cast<GifByteType>(palette[i] >> 8 & 0xFF),
                 static_cast<GifByteType>(palette[i] & 0xFF)};
  return MapPtr(GifMakeMapObject(1 << GifBitSize(static_cast<int>(palette.size())), colors.data()));
}

int write_to_string(GifFileType* file, const GifByteType* bytes, int count) {
  static_cast<std::string*>(file->UserData)
      ->append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
  return count;
}

void require(int result, const GifFileType* file) {
  if (result == GIF_OK) return;
  const char* const reason = GifErrorString(file->Error);
  throw std::runtime_error(std::string("writing a GIF failed: ") + (reason ? reason : "unknown"));
}

}  // namespace

struct GifWriter::Impl {
  std::string bytes;
  GifFileType* file = nullptr;
  int width, height;
  Raster shown;    // what a viewer has on the screen after all pictures so far
  Raster waiting;  // the last picture's rectangle, whose time is not known yet
  Area place;
  int hundredths = 0;

  ~Impl() {
    int error = 0;
    if (file != nullptr) EGifCloseFile(file, &error);
  }

  void write_waiting() {
    if (hundredths == 0) return;
    const GraphicsControlBlock control{
        DISPOSE_DO_NOT, false, std::min(hundredths, int{std::numeric_limits<std::uint16_t>::max()}),
        NO_TRANSPARENT_COLOR};
    std::array<GifByteType, 4> extension{};
    EGifGCBToExtension(&control, extension.data());
    require(EGifPutExtension(file, GRAPHICS_EXT_FUNC_CODE, extension.size(), extension.data()),
            file);
    Indexed indexed = with_palette(waiting);
    const MapPtr map = color_map(indexed.palette);
    require(EGifPutImageDesc(file, place.x, place.y, place.width, place.height, false, map.get()),
            file);
    for (int y = 0; y < place.height; ++y)
      require(
          EGifPutLine(file, indexed.pixels.data() + static_cast<std::ptrdiff_t>(y) * place.width,
                      place.width),
          file);
    hundredths = 0;
  }
};

GifWriter::GifWriter(int width, int height) : impl_(std::make_unique<Impl>()) {
  Impl& me = *impl_;
  me.width = width;
  me.height = height;
  int error = 0;
  me.file = EGifOpen(&me.bytes, write_to_string, &error);
  if (me.file == nullptr) throw std::runtime_error("writing a GIF failed: no memory");
  EGifSetGifVersion(me.file, true);
  require(EGifPutScreenDesc(me.file, width, height, 8, 0, nullptr), me.file);
  // Netscape's extension: again and again.
  const std::array<GifByteType, 3> forever{1, 0, 0};
  require(EGifPutExtensionLeader(me.file, APPLICATION_EXT_FUNC_CODE), me.file);
  require(EGifPutExtensionBlock(me.file, 11, "NETSCAPE2.0"), me.file);
  require(EGifPutExtensionBlock(me.file, forever.size(), forever.data()), me.file);
  require(EGifPutExtensionTrailer(me.file), me.file);
}

GifWriter::~GifWriter() = default;

void GifWriter::add(const Raster& picture, int hundredths) {
  Impl& me = *impl_;
  if (picture.width != me.width || picture.height != me.height)
    throw std::runtime_error("writing a GIF failed: its pictures differ in size");
  const bool first = me.shown.pixels.empty();
  const Area area = first ? Area{0, 0, me.width, me.height} : difference(me.shown, picture);
  if (area.width == 0) {
    me.hundredths += hundredths;
    return;
  }
  me.write_waiting();
  me.waiting = cut(picture, area);
  me.place = area;
  me.hundredths = hundredths;
  me.shown = picture;
}

std::string GifWriter::finish() {
  Impl& me = *impl_;
  me.write_waiting();
  int error = 0;
  if (EGifCloseFile(std::exchange(me.file, nullptr), &error) != GIF_OK)
    throw std::runtime_error("writing a GIF failed at its end");
  return std::move(me.bytes);
}

}  // namespace backflow::exporting
