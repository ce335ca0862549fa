// The gRPC face of the stand-in: which call does what for docker:index/image:Image, and a clear refusal for the rest.
//
// In: the engine's requests. Out: inputs with defaults (Check), a diff, and the state of an image (Create, Update).
package main

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

const imageType = "docker:index/image:Image"

type provider struct {
	pulumirpc.UnimplementedResourceProviderServer
	engine atomic.Pointer[engineLog]
	host   atomic.Pointer[string]
}

func newProvider() *provider { return &provider{} }

// readOptions strip secrets on purpose: like the real provider this one never sees the marks (AcceptSecrets stays
// false), and the engine puts them back on every input of the same name.
var readOptions = plugin.MarshalOptions{KeepUnknowns: true, SkipNulls: true}

var writeOptions = plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, SkipNulls: true}

func read(message *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(message, readOptions)
}

// onlyImages refuses every type but the one that is implemented, by name.
func onlyImages(id string) error {
	if kind := string(urn.URN(id).Type()); kind != imageType {
		return status.Errorf(codes.Unimplemented, "the stand-in only knows %s, not %s: use the official docker provider", imageType, kind)
	}
	return nil
}

func (p *provider) Configure(ctx context.Context, req *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	host, err := findDaemon(ctx, req.GetVariables()["docker:config:host"])
	if err != nil {
		return nil, fmt.Errorf("docker native provider returned an unexpected error from Configure: %w", err)
	}
	p.host.Store(&host)
	return &pulumirpc.ConfigureResponse{SupportsPreview: true}, nil
}

func (p *provider) CheckConfig(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return &pulumirpc.CheckResponse{Inputs: req.GetNews()}, nil
}

func (p *provider) DiffConfig(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, err := read(req.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := read(req.GetNews())
	if err != nil {
		return nil, err
	}
	if olds.Diff(news) == nil {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
	}
	return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_SOME}, nil
}

func (p *provider) Check(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	if err := onlyImages(req.GetUrn()); err != nil {
		return nil, err
	}
	inputs, err := read(req.GetNews())
	if err != nil {
		return nil, err
	}
	notice, err := applyDefaults(inputs)
	if err != nil {
		return nil, err
	}
	if notice != "" {
		p.log().info(req.GetUrn(), notice)
	}
	checked, err := plugin.MarshalProperties(inputs, writeOptions)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CheckResponse{Inputs: checked}, nil
}

func (p *provider) Diff(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	if err := onlyImages(req.GetUrn()); err != nil {
		return nil, err
	}
	state, err := read(req.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := read(req.GetNews())
	if err != nil {
		return nil, err
	}
	return diffImage(inputsOf(state), news), nil
}

func (p *provider) Create(_ context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	state, name, err := p.apply(req.GetUrn(), req.GetProperties(), req.GetPreview())
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CreateResponse{Id: name, Properties: state}, nil
}

func (p *provider) Update(_ context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	state, _, err := p.apply(req.GetUrn(), req.GetNews(), req.GetPreview())
	if err != nil {
		return nil, err
	}
	return &pulumirpc.UpdateResponse{Properties: state}, nil
}

// apply builds and pushes, or in a preview answers with the inputs alone: what is missing there counts as unknown.
// It takes no context: an interrupted `pulumi up` lets a running build end, so that its state is saved.
func (p *provider) apply(id string, inputs *structpb.Struct, preview bool) (*structpb.Struct, string, error) {
	if err := onlyImages(id); err != nil {
		return nil, "", err
	}
	properties, err := read(inputs)
	if err != nil {
		return nil, "", err
	}
	if preview && !buildsOnPreview(properties) {
		return inputs, "", nil
	}
	image, err := imageFrom(properties)
	if err != nil {
		return nil, "", err
	}
	outputs, err := buildAndPush(image, *p.host.Load(), preview, p.log().forResource(id))
	if err != nil {
		return nil, "", err
	}
	state, err := plugin.MarshalProperties(stateOf(properties, outputs), writeOptions)
	return state, image.name, err
}

// Read answers with the state it was given: neither the registry nor the local images are asked.
func (p *provider) Read(_ context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	if err := onlyImages(req.GetUrn()); err != nil {
		return nil, err
	}
	return &pulumirpc.ReadResponse{Id: req.GetId(), Inputs: req.GetInputs(), Properties: req.GetProperties()}, nil
}

// Delete leaves the images alone, in the registry and in the engine.
func (p *provider) Delete(_ context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, onlyImages(req.GetUrn())
}

func (p *provider) Invoke(_ context.Context, req *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	return nil, status.Errorf(codes.Unimplemented, "the stand-in only knows %s, not the function %s: use the official docker provider", imageType, req.GetTok())
}

// Cancel is only advice, and running builds are worth ending: nothing to do.
func (p *provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (p *provider) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: providerVersion}, nil
}

func (p *provider) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	return &pulumirpc.GetSchemaResponse{Schema: schema}, nil
}
