package io.mobula.internal.output;

import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;

/**
 * One line that some work has printed.
 *
 * @param error whether on standard error
 * @param label the task or actor
 * @param text without its end
 * @param truncatedBytes how many bytes of it are missing
 */
record OutputLine(boolean error, String label, String text, int truncatedBytes) {
  private static final int AROUND = 16;

  /** About how many bytes it takes in a frame. */
  int size() {
    return AROUND + label.length() + text.length();
  }

  void write(FrameWriter out) {
    out.flag(error).text(label).text(text).int32(truncatedBytes);
  }

  static OutputLine read(FrameReader in) {
    return new OutputLine(in.flag(), in.text(), in.text(), in.int32());
  }
}
