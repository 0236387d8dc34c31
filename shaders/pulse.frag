#version 330 core
// A signal on its way: a soft drop with its head at the right and a tail that fades to the left.
// Its core has the colour that tells its size, its glow one that stands out from any background.

uniform ivec2 target;  // width and height in pixels
uniform float radius;  // of the head without its glow, in pixels
uniform vec4 core;
uniform vec4 glow;

out vec4 color;

void main() {
  vec2 size = vec2(target);
  vec2 head = vec2(size.x - 0.5 * size.y, 0.5 * size.y);
  vec2 from_head = gl_FragCoord.xy - head;
  // How far behind the head, 0 … 1, and how wide the drop is there.
  float behind = clamp(-from_head.x / max(head.x, 1.0), 0.0, 1.0);
  float thick = radius * (1.0 - behind);
  float distance = from_head.x > 0.0 ? length(from_head) : abs(from_head.y);
  float inside = 1.0 - smoothstep(thick - 1.0, thick + 1.0, distance);
  // The glow ends at the picture's edge.
  float reach = (0.5 * size.y - radius) * (1.0 - 0.6 * behind);
  float halo = clamp(1.0 - max(distance - thick, 0.0) / max(reach, 1.0), 0.0, 1.0);
  float fade = 1.0 - behind;
  float opacity = max(inside, 0.75 * halo * halo) * fade;
  color = vec4(mix(glow.rgb, core.rgb, inside), opacity);
}
