package io.mobula.internal.codec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What users' code has thrown, as the engine keeps it: its methods, which are users' code, too, are
 * called once, when this is made, and whatever they throw is told in their place.
 *
 * <p>To be made by the thread that ran the code. Nothing here throws, but for a JVM without memory.
 */
public final class CapturedThrowable {
  private static final int MOST_LEVELS = 128;
  private static final int MOST_FRAMES = 2_048; // of all levels
  private static final int MOST_TEXT = 16 * 1024;
  private static final int MOST_TEXTS = 8 * MOST_TEXT; // of all levels

  /** One exception of the tree: itself, what it says, and what it refers to. */
  private static final class Level {
    final Throwable itself;
    boolean sound = true;

    @Nullable
    String message;

    String text = "";
    StackTraceElement[] trace = {};

    @Nullable
    Level cause;

    final List<Level> suppressed = new ArrayList<>(0);

    Level(Throwable itself) {
      this.itself = itself;
    }
  }

  /** What of one tree has been met, and how much there is still to be told of it. */
  private static final class Inspection {
    final Set<Throwable> met = Collections.newSetFromMap(new IdentityHashMap<>());
    int frames = MOST_FRAMES;
    int texts = MOST_TEXTS;
  }

  private final Level top;

  private CapturedThrowable(Level top) {
    this.top = top;
  }

  /** Asks it, its causes and what they suppressed. */
  public static CapturedThrowable of(Throwable thrown) {
    return new CapturedThrowable(inspect(thrown, new Inspection()));
  }

  /** As {@link #of}, for what a stage was completed with: its cause, where that is what counts. */
  public static CapturedThrowable ofStage(Throwable thrown) {
    return of(unwrapped(thrown));
  }

  /** The cause of what a future wraps around it, else the exception itself. */
  public static Throwable unwrapped(Throwable thrown) {
    if (thrown instanceof CompletionException || thrown instanceof ExecutionException) {
      Throwable cause = ask(new Level(thrown), thrown::getCause, thrown);
      return cause == null ? thrown : cause;
    }
    return thrown;
  }

  /** What the exception calls itself, cut where that is long; for messages. */
  public static String textOf(Throwable thrown) {
    Level level = new Level(thrown);
    askForTexts(level, MOST_TEXT);
    return level.text;
  }

  /** The message of the exception, cut where that is long. */
  static String messageOf(Throwable thrown) {
    Level level = new Level(thrown);
    askForTexts(level, MOST_TEXT);
    return String.valueOf(level.message);
  }

  private static Level inspect(Throwable thrown, Inspection so) {
    so.met.add(thrown);
    Level level = new Level(thrown);
    askForTexts(level, Math.min(MOST_TEXT, so.texts));
    so.texts -= Math.min(so.texts, level.text.length());
    level.trace = traceOf(level, so.frames);
    so.frames -= level.trace.length;
    Throwable cause = ask(level, thrown::getCause, null);
    if (cause != null && isNew(cause, level, so)) {
      level.cause = inspect(cause, so);
      level.sound &= level.cause.sound;
    }
    for (Throwable each : thrown.getSuppressed()) {
      if (isNew(each, level, so)) {
        Level below = inspect(each, so);
        level.suppressed.add(below);
        level.sound &= below.sound;
      }
    }
    return level;
  }

  /** One that was met before is left out; so are those of a tree that may have no end. */
  private static boolean isNew(Throwable thrown, Level above, Inspection so) {
    if (so.met.contains(thrown)) {
      return false;
    }
    boolean few = so.met.size() < MOST_LEVELS;
    above.sound &= few;
    return few;
  }

  private static void askForTexts(Level level, int most) {
    Throwable thrown = level.itself;
    level.message = cut(askText(level, thrown::getMessage, "getMessage"), most);
    String text = cut(askText(level, thrown::toString, "toString"), most);
    level.text = text == null ? thrown.getClass().getName() : text;
  }

  private static StackTraceElement[] traceOf(Level level, int most) {
    StackTraceElement[] trace = ask(level, level.itself::getStackTrace, null);
    if (trace == null) {
      level.sound = false;
      return new StackTraceElement[0];
    }
    List<StackTraceElement> frames = new ArrayList<>(Math.min(trace.length, most));
    for (StackTraceElement frame : trace) {
      level.sound &= frame != null;
      if (frame != null && frames.size() < most) {
        frames.add(frame);
      }
    }
    return frames.toArray(StackTraceElement[]::new);
  }

  private static <T> @Nullable T ask(
      Level level, Supplier<? extends @Nullable T> question, @Nullable T otherwise) {
    try {
      return question.get();
    } catch (Throwable broken) { // it is the user's
      level.sound = false;
      return otherwise;
    }
  }

  private static @Nullable String askText(
      Level level, Supplier<@Nullable String> question, String method) {
    try {
      return question.get();
    } catch (Throwable broken) { // it is the user's
      level.sound = false;
      return level.itself.getClass().getName() + " (its " + method + " threw " + nameOf(broken)
          + ")";
    }
  }

  private static String nameOf(Throwable broken) {
    try {
      return broken.toString();
    } catch (Throwable thatToo) { // nothing but the class is left
      return broken.getClass().getName();
    }
  }

  private static @Nullable String cut(@Nullable String text, int most) {
    return text == null || text.length() <= most
        ? text
        : text.substring(0, most) + "… (" + (text.length() - most) + " characters more)";
  }

  /** What it calls itself, cut where that is long. */
  public String text() {
    return top.text;
  }

  /** Whether it is of that class, whatever stands in for it. */
  public boolean isOf(Class<? extends Throwable> type) {
    return type.isInstance(top.itself);
  }

  /** Whether what was thrown is an error, after which its object cannot be trusted. */
  public boolean isError() {
    return top.itself instanceof Error;
  }

  /** The binary names of its class and that one's superclasses. */
  public List<String> types() {
    return typesOf(top.itself);
  }

  /**
   * The very exception where it and all below it have answered, else a stand-in: a method of it
   * that threw once is not called again by whoever logs it or prints its stack.
   */
  public Throwable exception() {
    return top.sound ? top.itself : standIn(top, false);
  }

  /** A stand-in, and such for all below it: nothing of it needs a user's class. */
  public RemoteThrowable standIn() {
    return standIn(top, true);
  }

  /** A stand-in for the exception alone: causes and what it suppressed stay what they are. */
  static RemoteThrowable standInAlone(Throwable thrown) {
    Level level = new Level(thrown);
    askForTexts(level, MOST_TEXT);
    level.trace = traceOf(level, MOST_FRAMES);
    Throwable cause = ask(level, thrown::getCause, null);
    RemoteThrowable standIn =
        new RemoteThrowable(typesOf(thrown), level.message, level.text, cause);
    standIn.setStackTrace(level.trace);
    for (Throwable each : thrown.getSuppressed()) {
      standIn.addSuppressed(each);
    }
    return standIn;
  }

  private static RemoteThrowable standIn(Level level, boolean whole) {
    Throwable cause = level.cause == null ? null : below(level.cause, whole);
    RemoteThrowable standIn =
        new RemoteThrowable(typesOf(level.itself), level.message, level.text, cause);
    standIn.setStackTrace(level.trace);
    for (Level each : level.suppressed) {
      standIn.addSuppressed(below(each, whole));
    }
    return standIn;
  }

  private static Throwable below(Level level, boolean whole) {
    return level.sound && !whole ? level.itself : standIn(level, whole);
  }

  private static List<String> typesOf(Throwable thrown) {
    if (thrown instanceof RemoteThrowable standIn) {
      return standIn.types();
    }
    List<String> names = new ArrayList<>();
    for (Class<?> type = thrown.getClass(); type != Object.class; type = type.getSuperclass()) {
      names.add(type.getName());
    }
    return names;
  }
}
