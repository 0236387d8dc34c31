#version 330 core
// Colours of the heatmap, as figure::color_of (app/figure/colormap.cpp) computes them; a test holds
// the two together to within one level of 255.

uniform sampler2D values;  // red: log10 of the norm; green: the class of the cell
uniform sampler2D table;   // the colour map, one row
uniform ivec2 target;      // width and height in pixels
uniform float low;         // log10 of the first colour
uniform float center;      // of the middle one
uniform float high;        // of the last one
uniform vec4 below;
uniform vec4 above;
uniform vec4 zero;
uniform vec4 not_finite;

// The classes, as app/platform/heatmap_renderer.cpp writes them.
const float kZero = 1.0;
const float kNotFinite = 2.0;
const float kNone = 3.0;

out vec4 color;

vec4 table_color(float value) {
  int last = textureSize(table, 0).x - 1;
  float middle = 0.5 * float(last);
  float from = value - center;
  float position = middle * (from < 0.0 ? 1.0 - from / (low - center)
                                        : 1.0 + from / (high - center));
  position = clamp(position, 0.0, float(last));
  int index = min(int(position), last - 1);
  return mix(texelFetch(table, ivec2(index, 0), 0), texelFetch(table, ivec2(index + 1, 0), 0),
             position - float(index));
}

void main() {
  // The cell under the centre of the pixel, in whole numbers: a centre that lies exactly between
  // two cells must not flicker with rounding.
  ivec2 cell = ((2 * ivec2(gl_FragCoord.xy) + 1) * textureSize(values, 0)) / (2 * target);
  vec2 entry = texelFetch(values, cell, 0).rg;
  if (entry.g == kNone) color = vec4(0.0);
  else if (entry.g == kNotFinite) color = not_finite;
  else if (entry.g == kZero) color = zero;
  else if (entry.r < low) color = below;
  else if (entry.r > high) color = above;
  else color = table_color(entry.r);
}
