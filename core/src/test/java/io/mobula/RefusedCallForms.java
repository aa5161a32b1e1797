package io.mobula;

import java.util.List;

/**
 * Call forms that javac refuses, each with its replacement. {@link SnippetPreamble} has the code
 * that they use; {@link CallFormsTest} checks them with the compiler and against
 * {@code docs/call-forms.md}.
 */
final class RefusedCallForms {
  private RefusedCallForms() {}

  /**
   * Form that does not compile.
   *
   * @param why reason in the user's words
   * @param form the refused code
   * @param javac part of javac's message
   * @param instead replacement that compiles
   */
  record RefusedForm(String why, String form, String javac, String instead) {}

  static final List<RefusedForm> ALL = List.of(
      new RefusedForm(
          "a function without a result is an action",
          "Mobula.task(Given::beep).remote();",
          "no suitable method found for task(Given::beep)",
          "Mobula.action(Given::beep).remote();"),
      new RefusedForm(
          "a function with arguments and without a result is an action, too",
          "Mobula.task(Given::print, \"a\").remote();",
          "bad return type in method reference void cannot be converted to R",
          "Mobula.action(Given::print, \"a\").remote();"),
      new RefusedForm(
          "a lambda without a result is an action, too",
          "Mobula.task(x -> System.out.println(x), one).remote();",
          "inference variable R has incompatible bounds upper bounds: java.lang.Object lower bounds: void",
          "Mobula.action(x -> System.out.println(x), one).remote();"),
      new RefusedForm(
          "a lambda that is only a value is no action",
          "Mobula.action(() -> 42).remote();",
          "no suitable method found for action(()->42)",
          "Mobula.task(() -> 42).remote();"),
      new RefusedForm(
          "a void method is told, not called",
          "counter.call(Counter::reset).remote();",
          "no suitable method found for call(Counter::reset)",
          "counter.tell(Counter::reset).remote();"),
      new RefusedForm(
          "a void method with arguments is told, too",
          "counter.call(Counter::set, 5).remote();",
          "bad return type in method reference void cannot be converted to R",
          "counter.tell(Counter::set, 5).remote();"),
      new RefusedForm(
          "a method for its value is called, not told",
          "counter.tell(c -> c.count).remote();",
          "no suitable method found for tell((c)->c.count)",
          "counter.call(c -> c.count).remote();"),
      new RefusedForm(
          "an argument must be of the parameter's type",
          "Mobula.task(Given::square, \"two\").remote();",
          "no suitable method found for task(Given::square,java.lang.String)",
          "Mobula.task(Given::square, Integer.parseInt(\"2\")).remote();"),
      new RefusedForm(
          "a ref to another type is refused, too",
          "Mobula.task(Given::square, text).remote();",
          "no suitable method found for task(Given::square,io.mobula.ObjectRef<java.lang.String>)",
          "Mobula.task(Given::square, Mobula.task(Integer::parseInt, text).remote()).remote();"),
      new RefusedForm(
          "an int is not widened to a long",
          "Mobula.task(Given::twice, 2).remote();",
          "no suitable method found for task(Given::twice,int)",
          "Mobula.task(Given::twice, 2L).remote();"),
      new RefusedForm(
          "a ref to an Integer is not widened to a long",
          "Mobula.task(Given::twice, one).remote();",
          "no suitable method found for task(Given::twice,io.mobula.ObjectRef<java.lang.Integer>)",
          "Mobula.task(x -> Given.twice(x), one).remote();"),
      new RefusedForm(
          "a lambda's parameters are boxed types, or untyped",
          "Mobula.task((int x) -> x + 1, 2).remote();",
          "no suitable method found for task((int x)->x + 1,int)",
          "Mobula.task((Integer x) -> x + 1, 2).remote();"),
      new RefusedForm(
          "refs inside a list are not resolved",
          "Mobula.task(Given::sumOf, refs).remote();",
          "no suitable method found for task(Given::sumOf,java.util.List<io.mobula.ObjectRef<java.lang.Integer>>)",
          "Mobula.task((List<ObjectRef<Integer>> all) -> Given.sumOf(Mobula.get(all)), refs).remote();"),
      new RefusedForm(
          "all arguments are given at once",
          "Mobula.task(Given::add, 1).remote();",
          "no suitable method found for task(Given::add,int)",
          "Mobula.task(y -> Given.add(1, y), 2).remote();"),
      new RefusedForm(
          "a kept task gets its arguments in remote",
          "Mobula.task(Given::square).remote();",
          "no suitable method found for remote(no arguments)",
          "Mobula.task(Given::square).remote(2);"),
      new RefusedForm(
          "more than 6 arguments: capture them, or pass a record",
          "Mobula.task(Given::sum7, 1, 2, 3, 4, 5, 6, 7).remote();",
          "no suitable method found for task(Given::sum7,int,int,int,int,int,int,int)",
          "Mobula.task(() -> Given.sum7(1, 2, 3, 4, 5, 6, 7)).remote();"),
      new RefusedForm(
          "the function, not its result",
          "Mobula.task(square(2)).remote();",
          "no suitable method found for task(int)",
          "Mobula.task(Given::square, 2).remote();"),
      new RefusedForm(
          "a captured variable must not change",
          "int n = 0; n++; Mobula.task(() -> n).remote();",
          "local variables referenced from a lambda expression must be final or effectively final",
          "int n = 0; n++; Mobula.task(x -> x, n).remote();"),
      new RefusedForm(
          "remote gives a ref, get its value",
          "int x = Mobula.task(Given::square, 2).remote();",
          "io.mobula.ObjectRef<java.lang.Integer> cannot be converted to int",
          "int x = Mobula.task(Given::square, 2).remote().get();"),
      new RefusedForm(
          "a ref's type is the function's",
          "ObjectRef<Number> r = Mobula.task(Given::square, 2).remote();",
          "io.mobula.ObjectRef<java.lang.Integer> cannot be converted to io.mobula.ObjectRef<java.lang.Number>",
          "ObjectRef<? extends Number> r = Mobula.task(Given::square, 2).remote();"),
      new RefusedForm(
          "functions of the JDK's types cannot travel by themselves",
          "Function<Integer, Integer> f = Given::square; Mobula.task(f, 2).remote();",
          "no suitable method found for task(java.util.function.Function<java.lang.Integer,java.lang.Integer>,int)",
          "Fn1<Integer, Integer> f = Given::square; Mobula.task(f, 2).remote();"),
      new RefusedForm(
          "a kept lambda needs types",
          "var t = Mobula.task(x -> x + 1);",
          "bad operand types for binary operator '+' first type: java.lang.Object",
          "var t = Mobula.task((Integer x) -> x + 1);"),
      new RefusedForm(
          "options after an untyped lambda (`.cpus(2)`): write the parameter's type",
          "Task1<Integer, Integer> t = Mobula.task(x -> x + 1).cpus(2);",
          "bad operand types for binary operator '+' first type: java.lang.Object",
          "Task1<Integer, Integer> t = Mobula.task((Integer x) -> x + 1).cpus(2);"),
      new RefusedForm(
          "a kept overloaded function of one arity needs types on the left",
          "var t = Mobula.task(Math::max);",
          "no suitable method found for max(java.lang.Object,java.lang.Object)",
          "Task2<Integer, Integer, Integer> t = Mobula.task(Math::max);"),
      new RefusedForm(
          "a kept function overloaded in arity needs a lambda, or its type",
          "Task1<String, String> t = Mobula.task(Given::show);",
          "reference to task is ambiguous",
          "Task1<String, String> t = Mobula.task((String x) -> Given.show(x));"),
      new RefusedForm(
          "a kept action whose method is overloaded in arity: give it a variable of type `Action1`",
          "Task1<String, Void> t = Mobula.action(Given::print);",
          "reference to action is ambiguous",
          "Action1<String> f = Given::print; Task1<String, Void> t = Mobula.action(f);"),
      new RefusedForm(
          "a kept task's null may be a value or a ref",
          "Task1<Integer, Integer> t = Mobula.task(Given::boxed); t.remote(null);",
          "reference to remote is ambiguous",
          "Task1<Integer, Integer> t = Mobula.task(Given::boxed); t.remote((Integer) null);"),
      new RefusedForm(
          "a task that only throws has no type of result",
          "ObjectRef<Integer> r = Mobula.task(() -> { throw new IOException(); }).remote();",
          "io.mobula.ObjectRef<java.lang.Object> cannot be converted to io.mobula.ObjectRef<java.lang.Integer>",
          "ObjectRef<Integer> r = Mobula.<Integer>task(() -> { throw new IOException(); }).remote();"),
      new RefusedForm(
          "an actor is made where it lives",
          "ActorHandle<Counter> a = Mobula.actor(new Counter()).remote();",
          "no suitable method found for actor(user.Counter)",
          "ActorHandle<Counter> a = Mobula.actor(Counter::new).remote();"),
      new RefusedForm(
          "an actor is made by its constructor, not by its class",
          "ActorHandle<Counter> a = Mobula.actor(Counter.class).remote();",
          "no suitable method found for actor(java.lang.Class<user.Counter>)",
          "ActorHandle<Counter> a = Mobula.actor(Counter::new).remote();"),
      new RefusedForm(
          "an actor is made by `remote`",
          "ActorHandle<Counter> a = Mobula.actor(Counter::new);",
          "no instance(s) of type variable(s) T exist so that io.mobula.ActorCall<T> conforms to",
          "ActorHandle<Counter> a = Mobula.actor(Counter::new).remote();"),
      new RefusedForm(
          "an abstract class cannot be made",
          "ActorHandle<Named> a = Mobula.actor(Named::new).remote();",
          "user.Named is abstract; cannot be instantiated",
          "ActorHandle<Named> a = Mobula.<Named>actor(Counter::new).remote();"),
      new RefusedForm(
          "a handle's type is the class made",
          "ActorHandle<List<String>> a = Mobula.actor(() -> new ArrayList<String>()).remote();",
          "io.mobula.ActorHandle<java.util.ArrayList<java.lang.String>> cannot be converted to",
          "ActorHandle<List<String>> a = Mobula.<List<String>>actor(() -> new ArrayList<>()).remote();"),
      new RefusedForm(
          "a handle is not the object",
          "counter.add(5);",
          "cannot find symbol symbol: method add(int)",
          "counter.call(Counter::add, 5).remote();"),
      new RefusedForm(
          "the method must be the actor's",
          "counter.call(String::length).remote();",
          "no suitable method found for call(String::length)",
          "counter.call(c -> c.label().length()).remote();"),
      new RefusedForm(
          "a wrong argument of an overloaded method, told in javac's way",
          "counter.call(Counter::add, \"five\").remote();",
          "invalid method reference incompatible types: user.Counter cannot be converted to int",
          "counter.call(Counter::add, 5).remote();"),
      new RefusedForm(
          "get of many takes a collection",
          "List<Integer> all = Mobula.get(one, two);",
          "no suitable method found for get(",
          "List<Integer> all = Mobula.get(List.of(one, two));"),
      new RefusedForm(
          "a form of results must fit what the function returns",
          "Mobula.task(Given::square, 2).remote(ResultForm.stream());",
          "method remote in class io.mobula.TaskCall<R> cannot be applied to given types",
          "Mobula.task(Given::stream, 2).remote(ResultForm.stream());"),
      new RefusedForm(
          "the elements of a stream have the type that the function gives",
          "ObjectRefStream<String> r = Mobula.task(Given::stream, 2).remote(ResultForm.stream());",
          "inference variable E has incompatible bounds",
          "ObjectRefStream<Integer> r = Mobula.task(Given::stream, 2).remote(ResultForm.stream());"),
      new RefusedForm(
          "an actor's method has one result",
          "counter.call(c -> Stream.of(c.count)).remote(ResultForm.stream());",
          "method remote in class io.mobula.MethodCall<R> cannot be applied to given types",
          "counter.call(c -> List.of(c.count)).remote();"),
      new RefusedForm(
          "wait says how many, and how long",
          "Mobula.wait(refs);",
          "no suitable method found for wait(",
          "Mobula.wait(refs, refs.size(), Duration.ofSeconds(1));"));
}
