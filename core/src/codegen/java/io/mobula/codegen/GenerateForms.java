package io.mobula.codegen;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Generator of the call forms of {@code io.mobula} that differ only in their number of parameters
 * and in which of them are refs. Run by the build: {@code java GenerateForms.java
 * OUTPUT_DIRECTORY}.
 *
 * <p>For n parameters there are 2^n forms, since each argument is a value or an {@code ObjectRef}.
 * Two choices make them resolve without ambiguity: for a value, the function's parameter is
 * {@code ? extends A}; for a ref, it is plain {@code A} and the ref is {@code ObjectRef<? extends
 * A>}. So the form with more refs is always the more specific one.
 */
final class GenerateForms {
  private static final int MAX_PARAMETERS = 6;

  /** Types outside {@code io.mobula} that generated code uses, sorted. */
  private static final List<String> IMPORTED = List.of(
      "io.mobula.spi.ActorOptions",
      "io.mobula.spi.Arguments",
      "io.mobula.spi.MethodRequest",
      "io.mobula.spi.RemoteFunction",
      "io.mobula.spi.TaskOptions",
      "org.jspecify.annotations.Nullable");

  private final Path directory;

  private GenerateForms(Path directory) {
    this.directory = directory;
  }

  public static void main(String[] arguments) throws IOException {
    var directory = Path.of(arguments[0], "io", "mobula");
    Files.createDirectories(directory);
    new GenerateForms(directory).all();
  }

  private void all() throws IOException {
    for (int n = 0; n <= MAX_PARAMETERS + 1; n++) {
      write("Fn" + n, functionSource(new Arity(n)));
      write("Action" + n, actionSource(new Arity(n)));
    }
    for (int n = 0; n <= MAX_PARAMETERS; n++) {
      write("Task" + n, taskSource(new Arity(n)));
    }
    write("MobulaForms", facadeSource());
    write("RuntimeForms", runtimeSource());
    write("ActorForms", actorSource());
  }

  private static String imports(String body) {
    var needed = IMPORTED.stream()
        .filter(
            name -> body.matches("(?s).*\\b" + name.substring(name.lastIndexOf('.') + 1) + "\\b.*"))
        .map(name -> "import " + name + ";\n")
        .collect(Collectors.joining());
    return needed.isEmpty() ? "" : needed + "\n";
  }

  private void write(String type, String body) throws IOException {
    var text = "package io.mobula;\n\n" + imports(body) + body;
    var file = directory.resolve(type + ".java");
    if (!Files.exists(file) || !Files.readString(file).equals(text)) {
      Files.writeString(file, text);
    }
  }

  // ---- functions

  private static String functionSource(Arity n) {
    return """
        /**
         * Function of %6$s with a result that can run on another node; may throw any exception.
         */
        @FunctionalInterface
        public interface Fn%1$d%2$s extends RemoteFunction {

          /** Calls the function. */
          R apply(%3$s) throws Exception;

          @Override
          %4$sdefault @Nullable Object invoke(@Nullable Object[] arguments) throws Exception {
            return apply(%5$s);
          }
        }
        """.formatted(
            n.count, n.declared("R"), n.parameters(), n.suppression(), n.casts(), n.counted());
  }

  private static String actionSource(Arity n) {
    return """
        /**
         * Function of %6$s without a result that can run on another node; may throw any exception.
         */
        @FunctionalInterface
        public interface Action%1$d%2$s extends RemoteFunction {

          /** Calls the function. */
          void apply(%3$s) throws Exception;

          @Override
          %4$sdefault @Nullable Object invoke(@Nullable Object[] arguments) throws Exception {
            apply(%5$s);
            return null;
          }
        }
        """.formatted(
            n.count, n.declared(), n.parameters(), n.suppression(), n.casts(), n.counted());
  }

  // ---- reusable tasks

  private static String taskSource(Arity n) {
    var body = new StringBuilder("""
        /**
         * Immutable task of %4$s that can be started repeatedly, as {@code @ray.remote} makes one.
         */
        public final class Task%1$d%2$s extends TaskBuilder<Task%1$d%3$s> {
          Task%1$d(@Nullable MobulaRuntime runtime, RemoteFunction function, TaskOptions options) {
            super(runtime, function, options);
          }

          @Override
          Task%1$d%3$s with(TaskOptions options) {
            return new Task%1$d<>(runtime, function, options);
          }
        """.formatted(n.count, n.declared("R"), n.used("R"), n.counted()));
    n.forms((refs, form) -> body.append("""

          /** Starts the task with these arguments; see {@link TaskCall#remote()}. */
          public ObjectRef<R> remote(%s) {
            return start(%s);
          }

          /** Binds these arguments, for other options and for {@link TaskCall#remote(ResultForm)}. */
          public TaskCall<R> bind(%s) {
            return call(%s);
          }
        """.formatted(
            form.callParameters(refs), form.arguments(refs),
            form.callParameters(refs), form.arguments(refs))));
    if (n.count == 0) {
      body.append("""

          /** Starts the task; see {@link TaskCall#remote(ResultForm)}. */
          public <Q> Q remote(ResultForm<? super R, Q> form) {
            return start(Arguments.none(), form);
          }
        """);
    }
    return body.append("}\n").toString();
  }

  // ---- front doors

  private static String facadeSource() {
    var body = new StringBuilder("""
        /** Static call forms of {@link Mobula}. */
        abstract sealed class MobulaForms permits Mobula {
        """);
    doors(body, "public static ", "null");
    return body.append("}\n").toString();
  }

  private static String runtimeSource() {
    var body = new StringBuilder("""
        /** Call forms of {@link MobulaRuntime}. */
        sealed interface RuntimeForms permits MobulaRuntime {
        """);
    doors(body, "default ", "(MobulaRuntime) this");
    return body.append("}\n").toString();
  }

  private static void doors(StringBuilder body, String modifiers, String runtime) {
    for (int count = 0; count <= MAX_PARAMETERS; count++) {
      var n = new Arity(count);
      body.append(
          reusable(modifiers, n, "task", "Fn", n.declared("R"), n.used("R"), n.used("R"), runtime));
      body.append(reusable(
          modifiers,
          n,
          "action",
          "Action",
          n.declared(),
          n.used(),
          n.used("@Nullable Void"),
          runtime));
      n.forms((refs, form) -> {
        if (form.count > 0) {
          body.append(
              bound(modifiers, form, refs, "task", "TaskCall<R>", "Fn", "R", "function", runtime));
          body.append(bound(
              modifiers,
              form,
              refs,
              "action",
              "TaskCall<@Nullable Void>",
              "Action",
              "",
              "function",
              runtime));
        }
        body.append(bound(
            modifiers, form, refs, "actor", "ActorCall<T>", "Fn", "T", "constructor", runtime));
      });
    }
  }

  private static String reusable(
      String modifiers,
      Arity n,
      String verb,
      String kind,
      String declared,
      String used,
      String result,
      String runtime) {
    return """

          /**
           * %s
           * Immutable; may be started many times, by any thread.
           */
          %s%s Task%d%s %s(%s%d%s function) {
            return new Task%d<>(%s, function, TaskOptions.DEFAULT);
          }
        """.formatted(
            n.count == 0
                ? "Describes a task without arguments; {@code remote} starts it."
                : "Describes a task whose arguments are given to {@code remote}.",
            modifiers,
            declared,
            n.count,
            result,
            verb,
            kind,
            n.count,
            used,
            n.count,
            runtime);
  }

  private static String bound(
      String modifiers,
      Arity n,
      int refs,
      String verb,
      String result,
      String kind,
      String typeOfResult,
      String parameter,
      String runtime) {
    var wildcard =
        typeOfResult.isEmpty() ? new String[0] : new String[] {"? extends " + typeOfResult};
    var variables = typeOfResult.isEmpty() ? n.declared() : n.declared(typeOfResult);
    var separator = n.count == 0 ? "" : ", ";
    var options = verb.equals("actor") ? "ActorOptions.DEFAULT" : "TaskOptions.DEFAULT";
    return """

          /**
           * %s%s
           */
          %s%s %s %s(%s%d%s %s%s%s) {
            return new %s<>(%s, %s, %s, %s);
          }
        """.formatted(
            verb.equals("actor")
                ? "Describes an actor that this constructor makes, on the node where it will live;\n"
                    + "   * {@code remote} creates it."
                : "Describes a task with these arguments; {@code remote} starts it.",
            n.told(refs, verb),
            modifiers,
            variables,
            result,
            verb,
            kind,
            n.count,
            n.wildcards(refs, wildcard),
            parameter,
            separator,
            n.callParameters(refs),
            result.substring(0, result.indexOf('<')),
            runtime,
            parameter,
            n.arguments(refs),
            options);
  }

  // ---- actor calls

  private static String actorSource() {
    var body = new StringBuilder("""
        /** Call forms of {@link ActorHandle}: {@code call} for methods with a result, {@code tell} for void ones. */
        sealed interface ActorForms<T> permits ActorHandle {
        """);
    for (int count = 0; count <= MAX_PARAMETERS; count++) {
      new Arity(count).forms((refs, form) -> {
        body.append(method(form, refs, "call", "R", "Fn", "R"));
        body.append(method(form, refs, "tell", "@Nullable Void", "Action", ""));
      });
    }
    return body.append("}\n").toString();
  }

  private static String method(
      Arity n, int refs, String verb, String result, String kind, String typeOfResult) {
    var wildcard =
        typeOfResult.isEmpty() ? new String[0] : new String[] {"? extends " + typeOfResult};
    var variables = typeOfResult.isEmpty() ? n.declared() : n.declared(typeOfResult);
    var inner = n.wildcards(refs, wildcard);
    var types =
        "<? super T" + (inner.isEmpty() ? "" : ", " + inner.substring(1, inner.length() - 1)) + ">";
    return """

          /**
           * %s%s
           */
          default %s MethodCall<%s> %s(%s%d%s method%s%s) {
            return new MethodCall<>((ActorHandle<T>) this, new MethodRequest(method, %s));
          }
        """.formatted(
            verb.equals("call")
                ? "Describes a call of a method that returns a result; {@code remote} sends it."
                : "Describes a call of a void method; {@code remote} sends it, and its ref completes\n"
                    + "   * when the method has returned.",
            n.told(refs, "call"),
            variables,
            result,
            verb,
            kind,
            n.count + 1,
            types,
            n.count == 0 ? "" : ", ",
            n.callParameters(refs),
            n.arguments(refs));
  }

  /** Source text for a number of parameters. */
  private record Arity(int count) {

    void forms(BiConsumer<Integer, Arity> each) {
      for (int refs = 0; refs < 1 << count; refs++) {
        each.accept(refs, this);
      }
    }

    private static String type(int i) {
      return String.valueOf((char) ('A' + i));
    }

    private static String name(int i) {
      return String.valueOf((char) ('a' + i));
    }

    private static boolean isRef(int refs, int i) {
      return (refs >> i & 1) == 1;
    }

    private String joined(java.util.function.IntFunction<String> each) {
      return String.join(", ", IntStream.range(0, count).mapToObj(each).toList());
    }

    private String angled(String inside, String... more) {
      var rest = String.join(", ", more);
      var all = inside.isEmpty() || rest.isEmpty() ? inside + rest : inside + ", " + rest;
      return all.isEmpty() ? "" : "<" + all + ">";
    }

    String declared(String... more) {
      var rest = java.util.Arrays.stream(more)
          .map(v -> v + (v.equals("T") ? "" : " extends @Nullable Object"));
      return angled(
          joined(i -> type(i) + " extends @Nullable Object"), rest.toArray(String[]::new));
    }

    String used(String... more) {
      return angled(joined(Arity::type), more);
    }

    String wildcards(int refs, String... more) {
      return angled(joined(i -> (isRef(refs, i) ? "" : "? extends ") + type(i)), more);
    }

    String parameters() {
      return joined(i -> type(i) + " " + name(i));
    }

    String callParameters(int refs) {
      return joined(
          i -> (isRef(refs, i) ? "@Nullable ObjectRef<? extends " + type(i) + ">" : type(i)) + " "
              + name(i));
    }

    String arguments(int refs) {
      return count == 0
          ? "Arguments.none()"
          : "Arguments.of(" + mask(refs) + ", " + joined(Arity::name) + ")";
    }

    private String mask(int refs) {
      if (refs == 0) {
        return "0";
      }
      return String.join(
          " | ",
          IntStream.range(0, count)
              .filter(i -> isRef(refs, i))
              .mapToObj(i -> "Arguments.refBit(" + i + ", " + name(i) + ")")
              .toList());
    }

    String casts() {
      return joined(i -> "(" + type(i) + ") arguments[" + i + "]");
    }

    String suppression() {
      return count == 0 ? "" : "@SuppressWarnings({\"unchecked\", \"NullAway\"})\n  ";
    }

    String counted() {
      return count == 1 ? "1 parameter" : count + " parameters";
    }

    String told(int refs, String waiting) {
      if (refs == 0) {
        return "";
      }
      return "\n   * The " + (waiting.equals("action") ? "task" : waiting)
          + ", not the caller, waits for "
          + String.join(
              ", ",
              IntStream.range(0, count)
                  .filter(i -> isRef(refs, i))
                  .mapToObj(i -> "{@code " + name(i) + "}")
                  .toList())
          + ".";
    }
  }
}
