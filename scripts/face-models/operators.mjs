/**
 * One converter per TensorFlow operation. Pictures change from TensorFlow's NHWC to ONNX's NCHW, so every
 * four-dimensional value here has the shape [batch, channels, height, width].
 */

/**
 * @typedef {import('./graph-builder.mjs').GraphBuilder} GraphBuilder
 * @typedef {import('./tfjs-model.mjs').TfNode} TfNode
 * @typedef {import('./tfjs-model.mjs').Weight} Weight
 * @typedef {[number, number, number, number]} Shape
 * @typedef {{ name: string, shape: number[] }} Value
 * @typedef {{ node: TfNode, value: (index: number) => Value, weight: (index: number) => Weight,
 *   builder: GraphBuilder }} Context
 *   `value` is the node's index-th input as computed so far, `weight` the same input as a constant.
 */

/** @type {(text: string) => string} Attributes hold byte strings in base64. */
const decodeText = (text) => Buffer.from(text, 'base64').toString('latin1');

/** @param {{ name?: string, shape: number[] }} value @returns {Shape} @throws when it has not four dimensions */
function shapeOf({ name, shape }) {
	if (shape.length !== 4) throw new Error(`${name}: expected four dimensions, not ${shape}`);
	return /** @type {Shape} */ (shape);
}

/**
 * Height and width of a per-axis attribute such as `strides`.
 * @param {TfNode} node @param {string} name @returns {[number, number]}
 */
function spatial(node, name) {
	const [, height = 1, width = 1] = (node.attr?.[name]?.list?.i ?? []).map(Number);
	return [height, width];
}

/**
 * Windows of a convolution or pooling. TensorFlow's SAME puts the odd pixel of padding at the end,
 * so ONNX gets explicit, asymmetric pads: https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
 * @param {TfNode} node
 * @param {[number, number]} size Height and width of the input.
 * @param {[number, number]} kernel
 * @returns {{ pads: number[], strides: number[], dilations: number[], output: [number, number] }}
 */
export function slidingWindow(node, size, kernel) {
	if (decodeText(node.attr?.data_format?.s ?? '') !== 'NHWC')
		throw new Error(`${node.name}: only NHWC graphs are supported`);
	const padding = decodeText(node.attr?.padding?.s ?? '');
	if (padding !== 'SAME' && padding !== 'VALID')
		throw new Error(`${node.name}: padding ${padding} is not supported`);
	const strides = spatial(node, 'strides');
	const dilations = spatial(node, 'dilations');
	/** @type {(length: number, taps: number, stride: number, dilation: number) => number[]} */
	const alongAxis = (length, taps, stride, dilation) => {
		const reach = (taps - 1) * dilation + 1;
		if (padding === 'VALID') return [Math.floor((length - reach) / stride) + 1, 0, 0];
		const output = Math.ceil(length / stride);
		const total = Math.max(0, (output - 1) * stride + reach - length);
		return [output, Math.floor(total / 2), Math.ceil(total / 2)];
	};
	const [height = 0, top = 0, bottom = 0] = alongAxis(size[0], kernel[0], strides[0], dilations[0]);
	const [width = 0, left = 0, right = 0] = alongAxis(size[1], kernel[1], strides[1], dilations[1]);
	return { pads: [top, left, bottom, right], strides, dilations, output: [height, width] };
}

/**
 * @param {Context} context
 * @param {Weight} kernel Already in ONNX order [out, in / group, height, width].
 * @param {number} group
 * @param {Weight} [bias]
 */
function convolution({ node, value, builder }, kernel, group, bias) {
	const input = value(0);
	const [, , inputHeight, inputWidth] = shapeOf(input);
	const [out, , kernelHeight, kernelWidth] = shapeOf(kernel);
	const { pads, strides, dilations, output } = slidingWindow(
		node,
		[inputHeight, inputWidth],
		[kernelHeight, kernelWidth]
	);
	const inputs = [input.name, builder.constant(kernel), ...(bias ? [builder.constant(bias)] : [])];
	return builder.add('Conv', inputs, [1, out, ...output], {
		group,
		pads,
		strides,
		dilations,
		kernel_shape: [kernelHeight, kernelWidth]
	});
}

/** @param {Context['builder']} builder @param {Value} input @param {Weight} slope Per channel, [1, 1, C]. */
const prelu = (builder, input, slope) =>
	builder.add(
		'PRelu',
		[input.name, builder.constant({ ...slope, shape: [slope.data.length, 1, 1] })],
		input.shape
	);

/** Tail of a fused operation: what follows the bias. @param {Context} context @param {Value} input */
function fusedActivation({ node, weight, builder }, input) {
	const [first, ...rest] = (node.attr?.fused_ops?.list?.s ?? []).map(decodeText);
	if (first !== 'BiasAdd') throw new Error(`${node.name}: fused ${first} is not supported`);
	let value = input;
	for (const operation of rest)
		if (operation === 'Relu') value = builder.add('Relu', [value.name], value.shape);
		else if (operation === 'Prelu') value = prelu(builder, value, weight(3));
		else throw new Error(`${node.name}: fused ${operation} is not supported`);
	return value;
}

/** @type {Record<string, (context: Context) => Value>} */
export const OPERATORS = {
	// Kernel [height, width, in, out] -> [out, in, height, width].
	_FusedConv2D: (context) =>
		fusedActivation(
			context,
			convolution(context, transpose(context.weight(1), [3, 2, 0, 1]), 1, context.weight(2))
		),

	// Kernel [height, width, channels, multiplier] -> [channels * multiplier, 1, height, width].
	DepthwiseConv2dNative: (context) => {
		const kernel = context.weight(1);
		const [height, width, channels, multiplier] = shapeOf(kernel);
		const moved = transpose(kernel, [2, 3, 0, 1]);
		return convolution(
			context,
			{ ...moved, shape: [channels * multiplier, 1, height, width] },
			channels
		);
	},

	MaxPool: ({ node, value, builder }) => {
		const input = value(0);
		const kernel = spatial(node, 'ksize');
		const [batch, channels, height, width] = shapeOf(input);
		const { pads, strides, output } = slidingWindow(node, [height, width], kernel);
		return builder.add('MaxPool', [input.name], [batch, channels, ...output], {
			kernel_shape: kernel,
			pads,
			strides
		});
	},

	AddV2: ({ node, value, builder }) => {
		const [a, b] = [value(0), value(1)];
		if (a.shape.join() !== b.shape.join())
			throw new Error(`${node.name}: shapes ${a.shape} and ${b.shape} differ`);
		return builder.add('Add', [a.name, b.name], a.shape);
	},

	Relu: ({ value, builder }) => builder.add('Relu', [value(0).name], value(0).shape),
	Sigmoid: ({ value, builder }) => builder.add('Sigmoid', [value(0).name], value(0).shape),
	Prelu: ({ value, weight, builder }) => prelu(builder, value(0), weight(1)),
	Identity: ({ value }) => value(0),

	// Paddings [4, 2] in NHWC order -> ONNX's all starts, then all ends, in NCHW order.
	Pad: ({ value, weight, builder }) => {
		const input = value(0);
		const [batch, channels, height, width] = shapeOf(input);
		const [b0 = 0, b1 = 0, h0 = 0, h1 = 0, w0 = 0, w1 = 0, c0 = 0, c1 = 0] = weight(1).data;
		const pads = builder.integers([b0, c0, h0, w0, b1, c1, h1, w1]);
		const shape = [batch + b0 + b1, channels + c0 + c1, height + h0 + h1, width + w0 + w1];
		return builder.add('Pad', [input.name, pads], shape);
	},

	// Flattening reads values in NHWC order, so the picture is turned back first.
	Reshape: ({ value, weight, builder }) => {
		const input = value(0);
		const [batch, channels, height, width] = shapeOf(input);
		const turned = builder.add('Transpose', [input.name], [batch, height, width, channels], {
			perm: [0, 2, 3, 1]
		});
		const total = batch * channels * height * width;
		const wanted = [...weight(1).data];
		const known = wanted.filter((size) => size > 0).reduce((a, b) => a * b, 1);
		const shape = wanted.map((size) => (size > 0 ? size : total / known));
		return builder.add('Reshape', [turned.name, builder.integers(shape)], shape);
	}
};

/**
 * Permutes the axes of a four-dimensional constant.
 * @param {Weight} weight
 * @param {Shape} order Axis i of the result is axis order[i] of the input.
 * @returns {Weight}
 */
export function transpose({ dtype, shape, data }, order) {
	const [n0, n1, n2, n3] = shapeOf({ shape });
	/** @type {Shape} */
	const strides = [n1 * n2 * n3, n2 * n3, n3, 1];
	/** @type {(values: Shape) => Shape} */
	const permute = (values) => [
		values[order[0]] ?? 0,
		values[order[1]] ?? 0,
		values[order[2]] ?? 0,
		values[order[3]] ?? 0
	];
	const moved = permute([n0, n1, n2, n3]);
	const [s0, s1, s2, s3] = permute(strides);
	const result = data.slice();
	let index = 0;
	for (let a = 0; a < moved[0]; a++)
		for (let b = 0; b < moved[1]; b++)
			for (let c = 0; c < moved[2]; c++)
				for (let d = 0; d < moved[3]; d++)
					result[index++] = data[a * s0 + b * s1 + c * s2 + d * s3] ?? 0;
	return { dtype, shape: moved, data: result };
}
