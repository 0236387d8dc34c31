// The one file that knows which version of Dear ImGui it is compiled with.
//
// Until 1.86 keys are array entries under the back end's own codes; from 1.87 on they are events
// with names. The codes used here for the old form are GLFW's, which is the back end there is.
#pragma once

#include <imgui.h>

namespace backflow::ui {

/// The keys that the program listens to.
enum class Key {
  space,
  left_arrow,
  right_arrow,
  up_arrow,
  down_arrow,
  home,
  end,
  page_up,
  page_down,
  f1,
  f2,
  escape,
  enter,
  backspace,
  tab,
  comma,
  period,
  digit_1,
  digit_2,
  digit_3,
  digit_4,
  digit_5,
  digit_6,
  digit_7,
  digit_8,
  digit_9,
  digit_0,
  a,
  b,
  c,
  d,
  e,
  f,
  g,
  h,
  i,
  j,
  k,
  l,
  m,
  n,
  o,
  p,
  q,
  r,
  s,
  t,
  u,
  v,
  w,
  x,
  y,
  z
};

/// Pressed in this frame; with `repeat`, also when held down long enough.
bool key_pressed(Key key, bool repeat = false);

/// The character was typed in this frame, whichever keys of the keyboard's layout make it.
bool typed(char character);

/// For a context without a back end, as the tests have it: makes the keys known. Call once.
void init_keys_without_backend();

/// Input for a context without a back end; takes effect with the next frame.
void send_key(Key key, bool down);
void send_control_modifier(bool down);
void send_shift_modifier(bool down);
void send_mouse_position(float x, float y);
void send_mouse_button(bool down);
void send_mouse_wheel(float steps);

/// A texture of the OpenGL back end, by its name.
ImTextureID texture_of(unsigned gl_name);

}  // namespace backflow::ui
