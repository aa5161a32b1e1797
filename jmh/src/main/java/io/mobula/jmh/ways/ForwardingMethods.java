package io.mobula.jmh.ways;

import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.lang.constant.ConstantDescs;
import java.lang.reflect.AccessFlag;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Analysis of byte code that finds the methods which only hand on.
 *
 * <p>Such a method calls one method of another file of the project, all of its arguments are
 * parameters of the method itself, and its result, if there is one, is returned as it is. It may
 * fetch the object that it calls from fields, through accessors too; a method that returns what the
 * accessor of another file returns hands on as well. A method that adds a constant, a field or
 * itself as an argument, creates an object, branches or catches does more than that. A constructor
 * and what the compiler generates never count.
 */
final class ForwardingMethods {
  /** Sources of a value on the operand stack. */
  private enum Origin {
    SELF,
    PARAMETER,
    FIELD,
    RESULT
  }

  private final Set<String> types;
  private final Set<TracedMethod> accessors = new HashSet<>();
  private final Set<TracedMethod> handingOn = new HashSet<>();

  /**
   * Analyzes all methods of these classes.
   *
   * @param models classes by their binary names
   */
  ForwardingMethods(Map<String, ClassModel> models) {
    this.types = models.keySet();
    while (addAccessors(models)) {
      // an accessor may be called by the next one
    }
    models.forEach((type, model) -> model.methods().stream()
        .filter(method -> isWritten(method) && handsOn(type, method))
        .forEach(method -> handingOn.add(key(type, method))));
  }

  /** Returns whether the method only hands on. */
  boolean handsOn(TracedMethod method) {
    return handingOn.contains(method);
  }

  private boolean addAccessors(Map<String, ClassModel> models) {
    boolean added = false;
    for (var model : models.entrySet()) {
      for (var method : model.getValue().methods()) {
        if (isWritten(method) && isAccessor(method)) {
          added |= accessors.add(key(model.getKey(), method));
        }
      }
    }
    return added;
  }

  private static TracedMethod key(String type, MethodModel method) {
    return new TracedMethod(
        type, method.methodName().stringValue(), method.methodType().stringValue());
  }

  private static boolean isWritten(MethodModel method) {
    return method.code().isPresent()
        && !method.flags().has(AccessFlag.SYNTHETIC)
        && !method.flags().has(AccessFlag.BRIDGE)
        && !method.methodName().stringValue().startsWith("<");
  }

  /** Returns whether the method only returns a field of its object, or of an object in a field. */
  private boolean isAccessor(MethodModel method) {
    var type = method.methodTypeSymbol();
    if (method.flags().has(AccessFlag.STATIC)
        || type.parameterCount() > 0
        || type.returnType().equals(ConstantDescs.CD_void)) {
      return false;
    }
    var stack = new OperandStack(method);
    return stack.run() && stack.called == null;
  }

  private boolean handsOn(String type, MethodModel method) {
    var stack = new OperandStack(method);
    if (!stack.run()) {
      return false;
    }
    var called = stack.called == null ? stack.fetched : stack.called;
    return called != null
        && types.contains(called)
        && !TracedMethod.file(called).equals(TracedMethod.file(type));
  }

  /** Execution of a method's code on the origins of its values instead of the values. */
  private final class OperandStack {
    private final MethodModel method;
    private final int firstParameter;
    private final Deque<Origin> stack = new ArrayDeque<>();

    /** Class whose method was called, other than an accessor. */
    private @Nullable String called;

    /** Class whose accessor was called last. */
    private @Nullable String fetched;

    OperandStack(MethodModel method) {
      this.method = method;
      this.firstParameter = method.flags().has(AccessFlag.STATIC) ? 0 : 1;
    }

    /** Returns whether the code only fetches objects and calls at most one method. */
    boolean run() {
      return instructions().stream().allMatch(this::step);
    }

    private List<CodeElement> instructions() {
      return method.code().orElseThrow().elementList().stream()
          .filter(element -> element instanceof Instruction || element instanceof ExceptionCatch)
          .toList();
    }

    private boolean step(CodeElement element) {
      return switch (element) {
        case LoadInstruction load -> load(load.slot());
        case FieldInstruction field -> field(field.opcode());
        case InvokeInstruction invoke -> isAccessorCall(invoke) ? fetch(invoke) : call(invoke);
        case TypeCheckInstruction check -> check.opcode() == Opcode.CHECKCAST;
        case StackInstruction drop -> isPop(drop) && stack.poll() == Origin.RESULT;
        case ReturnInstruction _ -> stack.isEmpty() || stack.peek() == returned();
        default -> false;
      };
    }

    private static boolean isPop(StackInstruction drop) {
      return drop.opcode() == Opcode.POP || drop.opcode() == Opcode.POP2;
    }

    private Origin returned() {
      return called == null ? Origin.FIELD : Origin.RESULT;
    }

    /**
     * Pushes a parameter or the object itself. Its slot is below all that javac gives to local
     * variables.
     */
    private boolean load(int slot) {
      stack.push(slot < firstParameter ? Origin.SELF : Origin.PARAMETER);
      return slot < firstParameter + parameterSlots();
    }

    private int parameterSlots() {
      return method.methodTypeSymbol().parameterList().stream()
          .mapToInt(type ->
              type.equals(ConstantDescs.CD_long) || type.equals(ConstantDescs.CD_double) ? 2 : 1)
          .sum();
    }

    private boolean field(Opcode opcode) {
      if (opcode == Opcode.GETSTATIC) {
        stack.push(Origin.FIELD);
        return true;
      }
      return opcode == Opcode.GETFIELD && replaceByField();
    }

    private boolean replaceByField() {
      var from = stack.poll();
      stack.push(Origin.FIELD);
      return from != null && from != Origin.RESULT;
    }

    private boolean isAccessorCall(InvokeInstruction invoke) {
      return accessors.contains(new TracedMethod(
          invoke.owner().asInternalName().replace('/', '.'),
          invoke.name().stringValue(),
          invoke.type().stringValue()));
    }

    private boolean fetch(InvokeInstruction invoke) {
      fetched = invoke.owner().asInternalName().replace('/', '.');
      return replaceByField();
    }

    private boolean call(InvokeInstruction invoke) {
      boolean pure = called == null && !invoke.name().stringValue().startsWith("<");
      for (int i = 0; i < invoke.typeSymbol().parameterCount(); i++) {
        pure &= stack.poll() == Origin.PARAMETER;
      }
      if (invoke.opcode() != Opcode.INVOKESTATIC) {
        pure &= stack.poll() != null;
      }
      if (!invoke.typeSymbol().returnType().equals(ConstantDescs.CD_void)) {
        stack.push(Origin.RESULT);
      }
      called = invoke.owner().asInternalName().replace('/', '.');
      return pure;
    }
  }
}
