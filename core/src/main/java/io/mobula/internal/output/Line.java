package io.mobula.internal.output;

import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;

/**
 * One line that some work has printed.
 *
 * @param error whether on standard error
 * @param signature the task or actor
 * @param text without its end
 * @param cut how many bytes of it are missing
 */
record Line(boolean error, String signature, String text, int cut) {
  private static final int AROUND = 16;

  /** About how many bytes it takes in a frame. */
  int size() {
    return AROUND + signature.length() + text.length();
  }

  void write(FrameWriter out) {
    out.flag(error).text(signature).text(text).int32(cut);
  }

  static Line read(FrameReader in) {
    return new Line(in.flag(), in.text(), in.text(), in.int32());
  }
}
