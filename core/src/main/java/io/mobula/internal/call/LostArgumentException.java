package io.mobula.internal.call;

import io.mobula.error.ObjectLostException;
import io.mobula.internal.store.ObjectFailure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Exception that reports the loss of an argument of a call, or of an object that the argument is
 * made from. It is not an exception of user code, so it does not cause a retry of the call. The
 * reader of the result gets an {@link ObjectLostException} whose message begins with the original
 * loss, and then names the calls that needed it, in order, down to this call.
 */
public final class LostArgumentException extends Exception {
  private static final long serialVersionUID = 1L;
  private static final String NEEDED_BY = "\n  needed by ";
  private static final Pattern MORE = Pattern.compile("(\\d{1,9}) more");
  private static final int FIRST_NAMED = 4;
  private static final int LAST_NAMED = 4;
  private static final int MAX_REASON = 4_000;
  private static final int MAX_NAME = 300;

  private final ObjectLostException why;

  LostArgumentException(ObjectLostException why) {
    super(why.getMessage(), why);
    this.why = why;
  }

  /** Returns the exception for readers of the result of that call. */
  public ObjectLostException neededBy(String call) {
    return neededBy(why, call);
  }

  /**
   * Returns the failure of a call whose argument has failed: a loss gets the name of the call, any
   * other failure is passed on unchanged.
   */
  public static ObjectFailure propagate(ObjectFailure argument, String call) {
    return argument.is(ObjectLostException.class)
        ? ObjectFailure.reworded(
            argument,
            failed -> failed instanceof ObjectLostException lost ? neededBy(lost, call) : failed)
        : argument;
  }

  private static ObjectLostException neededBy(ObjectLostException lost, String call) {
    return new ObjectLostException(chain(String.valueOf(lost.getMessage()), call), lost.getCause());
  }

  /** Appends a call to the message; of a long chain the first and the last calls are kept. */
  static String chain(String text, String call) {
    var parts = text.split(Pattern.quote(NEEDED_BY), -1);
    var calls = new ArrayList<>(Arrays.asList(parts).subList(1, parts.length));
    calls.add(cut(call, MAX_NAME));
    if (calls.size() > FIRST_NAMED + 1 + LAST_NAMED) {
      shorten(calls);
    }
    return cut(parts[0], MAX_REASON) + NEEDED_BY + String.join(NEEDED_BY, calls);
  }

  private static void shorten(List<String> calls) {
    var counted = MORE.matcher(calls.get(FIRST_NAMED));
    long left = counted.matches() ? Long.parseLong(counted.group(1)) : 1;
    calls.set(FIRST_NAMED, (left + 1) + " more");
    calls.remove(FIRST_NAMED + 1);
  }

  private static String cut(String text, int maxLength) {
    return text.length() <= maxLength ? text : text.substring(0, maxLength) + "…";
  }
}
